using Google.Protobuf;
using SSAH.MLNet.Onnx.Wire;

namespace SSAH.MLNet.Files.Tests.Hostile;

/// <summary>Pretrained networks that are not what they should be.</summary>
internal static class BackboneCases
{
    private const string Reader = "backbone";

    // What shapes are computed by.
    private static readonly string[] s_shapeOperators =
        ["Shape", "Gather", "Slice", "Unsqueeze", "Squeeze", "Identity", "Cast", "Concat", "Add", "ReduceProd", "Reshape"];

    public static IEnumerable<HostileCase> All =>
    [
        Graph("weights in /etc/passwd", graph =>
        {
            graph.Initializer[0].DataLocation = 1;
            graph.Initializer[0].ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "/etc/passwd" });
        }),
        Graph("If on the way", graph => graph.Node[2].OpType = "If"),
        Graph("operator of a program on the way", graph => graph.Node[2].Domain = "evil"),
        Graph("cycle", graph => graph.Node[0].Input[0] = graph.Node[^2].Output[0]),
        Graph("no such value", graph => graph.Node[^1].Output[0] = "other"),
        Graph("tensor of 2^62", graph => graph.Initializer[0].Dims[0] = 1L << 62),
        Graph("two tensors of one name", graph => graph.Initializer.Add(graph.Initializer[0].Clone()), isHarmless: true),
        Graph("constant of 2^40 zeros", graph => Constant(graph, "ConstantOfShape", [1L << 40])),
        Graph("constant of 2^31 zeros, twice", graph => Constant(graph, "ConstantOfShape", [1L << 31, 4])),
        Graph("constant of -1 zeros", graph => Constant(graph, "ConstantOfShape", [-1])),
        Graph("constant of an expanded value", graph => Expanded(graph, [1L << 20, 1L << 20])),
        .. s_shapeOperators.Select(type => Graph($"{type} of nothing", graph =>
            graph.Node.Insert(0, new NodeProto { OpType = type, Output = { "hostile/size" } }), isHarmless: true)),
        new(Reader, "function", () => Changed(model => model.Functions.Add(ByteString.CopyFrom(8, 1)))),
        new(Reader, "operator set 2^62", () => Changed(model => model.OpsetImport[0].Version = 1L << 62)),
        new(Reader, "no bytes", () => []),
    ];

    private static HostileCase Graph(string name, Action<GraphProto> change, bool isHarmless = false) =>
        new(Reader, name, () => Changed(model => change(model.Graph)), isHarmless);

    private static byte[] Changed(Action<ModelProto> change)
    {
        using var target = new BackboneTarget();
        ModelProto model = ModelProto.Parser.ParseFrom(target.Samples[0]);
        change(model);
        return model.ToByteArray();
    }

    // Added to the features, so that it leads to them.
    private static void Constant(GraphProto graph, string opType, long[] shape)
    {
        graph.Initializer.Add(Onnx.OnnxModels.Integers("hostile/shape", shape));
        var node = new NodeProto { OpType = opType };
        node.Input.Add("hostile/shape");
        Add(graph, node);
    }

    private static void Expanded(GraphProto graph, long[] shape)
    {
        graph.Initializer.Add(Onnx.OnnxModels.Integers("hostile/shape", shape));
        var one = new TensorProto { Name = "hostile/one", DataType = 1, Dims = { 1 }, FloatData = { 1f } };
        graph.Initializer.Add(one);
        var node = new NodeProto { OpType = "Expand" };
        node.Input.Add(["hostile/one", "hostile/shape"]);
        Add(graph, node);
    }

    private static void Add(GraphProto graph, NodeProto node)
    {
        node.Output.Add("hostile");
        NodeProto last = graph.Node[^1];
        var sum = new NodeProto { OpType = "Add" };
        sum.Input.Add([last.Input[0], "hostile"]);
        sum.Output.Add("sum");
        last.Input[0] = "sum";
        graph.Node.Insert(graph.Node.Count - 1, node);
        graph.Node.Insert(graph.Node.Count - 1, sum);
    }
}
