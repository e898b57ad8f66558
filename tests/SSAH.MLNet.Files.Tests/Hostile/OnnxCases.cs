using Google.Protobuf;
using SSAH.MLNet.Onnx.Wire;
using static SSAH.MLNet.Onnx.Wire.TensorProto.Types;

namespace SSAH.MLNet.Files.Tests.Hostile;

/// <summary>Hash models with right checksums that are not what they should be.</summary>
internal static class OnnxCases
{
    private const string Reader = "model-onnx";

    private static readonly string[] s_operators =
    [
        "If", "Loop", "Scan", "SequenceEmpty", "SequenceConstruct", "SequenceMap", "Optional", "OptionalGetElement", "RandomNormal", "RandomUniform",
        "RandomNormalLike", "Bernoulli", "Multinomial", "StringNormalizer", "StringConcat", "StringSplit", "RegexFullMatch", "TfIdfVectorizer", "Gradient",
        "NoSuchOperator", "", "relu", "Relu\0",
    ];

    private static readonly string[] s_locations = ["weights.bin", "./weights.bin", "../weights.bin", "/etc/passwd", "C:\\secret", "", "a/../../b",
        "\\\\host\\share"];

    public static IEnumerable<HostileCase> All =>
    [
        .. s_operators.Select(name => Graph($"operator '{name.Replace('\0', '0')}'", graph => Relu(graph).OpType = name)),
        .. new[] { "com.microsoft", "ai.onnx.ml", "org.pytorch.aten",
            "evil" }.Select(domain => Graph($"domain {domain}", graph => Relu(graph).Domain = domain)),
        .. s_locations.Select(location => Weight($"weights in '{location}'", weight => Elsewhere(weight, location))),
        Weight("weights elsewhere, without a place", weight => weight.DataLocation = 1),
        Weight("weights said to be here, with a place elsewhere",
            weight => weight.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "x" })),
        .. Tensors(), .. Graphs(), .. Inputs(), .. Metadata(), .. Bytes(),
    ];

    private static IEnumerable<HostileCase> Tensors() =>
    [
        Shape("-1", -1), Shape("2^31-1 twice", int.MaxValue, int.MaxValue), Shape("2^40", 1L << 40), Shape("2^62", 1L << 62),
        Shape("2^63-1", long.MaxValue), Shape("-2^63", long.MinValue), Shape("0 beside 2^62", 0, 1L << 62), Shape("rank 17", [.. Enumerable.Repeat(1L, 17)]),
        Shape("one value more", 3 * 16 * 9 + 1), Shape("none, so one value"),
        .. new[] { 0, 8, 14, 15, 21, 22, 23, 99, -1, int.MaxValue }.Select(type => Weight($"tensor of type {type}", weight => weight.DataType = type)),
        Weight("tensor of another width", weight => weight.DataType = (int)DataType.Double),
        Weight("tensor without values", weight => weight.RawData = ByteString.Empty),
        Weight("tensor with half a value more", weight => weight.RawData = ByteString.CopyFrom([.. weight.RawData.ToByteArray(), 0, 0])),
        Weight("tensor whose values are of another list", weight =>
        {
            weight.RawData = ByteString.Empty;
            weight.Int64Data.Add(new long[3 * 16 * 9]);
        }),
        Graph("two tensors of one name", graph => graph.Initializer.Add(graph.Initializer[0].Clone())),
        Graph("100,001 tensors", graph => graph.Initializer.Add(Enumerable.Range(0,
            100_001).Select(i => new TensorProto { Name = $"{i}", DataType = 1, Dims = { 0 } }))),
        Graph("sparse tensor", graph => graph.SparseInitializer.Add(ByteString.CopyFrom(1, 2))),
    ];

    private static IEnumerable<HostileCase> Graphs() =>
    [
        Graph("node that reads itself", graph => Relu(graph).Input[0] = Relu(graph).Output[0]),
        Graph("two nodes that read each other", graph => graph.Node[1].Input[0] = graph.Node[3].Output[0]),
        Graph("node that reads what is computed later", graph => graph.Node[0].Input[0] = graph.Node[^3].Output[0]),
        Graph("node that reads nothing known", graph => Relu(graph).Input[0] = "nowhere"),
        Graph("value computed twice", graph => graph.Node.Add(Relu(graph).Clone())),
        Graph("value that hides the input", graph => Relu(graph).Output[0] = HashModelContract.PixelInput),
        Graph("value that hides a weight", graph => Relu(graph).Output[0] = graph.Initializer[0].Name),
        Graph("graph in an operator", graph => Relu(graph).Attribute.Add(new AttributeProto { Name = "body", G = { ByteString.CopyFrom(0) } })),
        Graph("graphs in an operator", graph => Relu(graph).Attribute.Add(new AttributeProto { Name = "bodies", Graphs = { ByteString.Empty } })),
        Graph("tensors in an operator", graph => Relu(graph).Attribute.Add(new AttributeProto { Name = "t", Tensors = { ByteString.Empty } })),
        Graph("sparse tensor in an operator", graph => Relu(graph).Attribute.Add(new AttributeProto { Name = "s", SparseTensor = { ByteString.Empty } })),
        Graph("weights of an operator elsewhere", graph =>
        {
            var tensor = new TensorProto { DataType = 1, Dims = { 1 } };
            Elsewhere(tensor, "/etc/passwd");
            Relu(graph).Attribute.Add(new AttributeProto { Name = "value", T = tensor });
        }),
        Graph("100,001 nodes", graph => graph.Node.Add(Enumerable.Range(0, 100_001).Select(_ => Relu(graph).Clone()))),
        Graph("no nodes", graph => graph.Node.Clear()),
        Graph("no outputs", graph => graph.Output.Clear()),
        Graph("stride 0", graph => Attribute(graph, "strides", 0, 0)),
        Graph("stride -1", graph => Attribute(graph, "strides", -1, -1)),
        Graph("padding -2^63", graph => Attribute(graph, "pads", long.MinValue, 0, 0, 0)),
        Graph("kernel of 2^40", graph => Attribute(graph, "kernel_shape", 1L << 40, 1L << 40)),
        Model("function of its own", model => model.Functions.Add(ByteString.CopyFrom(8, 1))),
        Model("part for training", model => model.TrainingInfo.Add(ByteString.CopyFrom(8, 1))),
        Model("no graph", model => model.Graph = null),
        Model("operator set 0", model => model.OpsetImport[0].Version = 0),
        Model("operator set 2^62", model => model.OpsetImport[0].Version = 1L << 62),
        Model("format version 2^62", model => model.IrVersion = 1L << 62),
    ];

    private static IEnumerable<HostileCase> Inputs() =>
    [
        Graph("input of 2^31-1 x 2^31-1 pixels", graph => Sizes(graph, -1, 3, int.MaxValue, int.MaxValue)),
        Graph("input of 2^62 pixels", graph => Sizes(graph, -1, 3, 1L << 31, 1L << 31)),
        Graph("input of -5 pixels", graph => Sizes(graph, -1, 3, -5, 8)),
        Graph("input of rank 3", graph => Sizes(graph, -1, 3, 64)),
        Graph("input of 2^20 x 2^20 pixels", graph => Sizes(graph, -1, 1, 1 << 20, 1 << 20)),
        Graph("input of bytes", graph => graph.Input[0].Type.TensorType.ElemType = (int)DataType.Uint8),
        Graph("input of type 99", graph => graph.Input[0].Type.TensorType.ElemType = 99),
        Graph("input without a type", graph => graph.Input[0].Type = null),
        Graph("input that is a sequence", graph => graph.Input[0].Type.SequenceType.Add(ByteString.CopyFrom(10, 0))),
        Graph("input that is a map", graph => graph.Input[0].Type.MapType.Add(ByteString.Empty)),
        Graph("output that is optional", graph => graph.Output[0].Type.OptionalType.Add(ByteString.Empty)),
        Graph("second input", graph => graph.Input.Add(new ValueInfoProto(graph.Input[0]) { Name = "Other" })),
        Graph("input twice", graph => graph.Input.Add(graph.Input[0].Clone())),
        Graph("output of another name", graph => graph.Output[0].Name = "Other"),
    ];

    private static IEnumerable<HostileCase> Metadata() =>
    [
        .. new[] { "0", "-1", "4097", "2147483647", "99999999999999999999", "sixteen", "16 ", "\uff11\uff16", "" }.Select(bits => Entry("ssah.bits", bits)),
        .. new[] { "0", "3", "99", "" }.Select(version => Entry("ssah.contract", version)),
        Entry("ssah.resizing", "../x"),
        Entry("ssah.summary", "{"), Entry("ssah.summary", "[]"), Entry("ssah.summary", "{\"classes\":5}"),
        Model("entry twice", model => model.MetadataProps.Add(new StringStringEntryProto { Key = "ssah.bits", Value = "8" })),
        Model("no entries", model => model.MetadataProps.Clear()),
    ];

    private static IEnumerable<HostileCase> Bytes() =>
    [
        new(Reader, "nothing", () => []), new(Reader, "a million zeros", () => new byte[1_000_000]),
        new(Reader, "ONNX Runtime's own format", () => [.. "\x18\0\0\0ORTM"u8, .. new byte[64]]),
        new(Reader, "length of 2^63", () => [0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]),
        new(Reader, "length of 2^31-1", () => [0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 1, 2, 3]),
        new(Reader, "number without end", () => [0x08, .. Enumerable.Repeat((byte)0xFF, 100)]),
        new(Reader, "groups in groups, 10,000 deep", () => [.. Enumerable.Repeat((byte)0x33, 10_000)]),
        new(Reader, "graph in graphs, 1,000 deep", () =>
        {
            byte[] inner = [];
            for (int i = 0; i < 1_000; i++)
                inner = [0x3A, .. Varint(inner.Length), .. inner];
            return inner;
        }),
        new(Reader, "checksum of another model", () =>
        {
            byte[] bytes = OnnxModelTarget.Signed(EncoderText.Model()), other = OnnxModelTarget.Signed(EncoderText.Model(2));
            return [.. bytes[..^64], .. other[^64..]];
        }),
        new(Reader, "checksum that is not the last entry", () => [.. OnnxModelTarget.Signed(EncoderText.Model()), 0x72, 4, 0x0A, 0, 0x12, 0]),
        new(Reader, "right checksum behind a wrong one", () => OnnxModelTarget.Signed([.. OnnxModelTarget.Signed(EncoderText.Model()),
            0x72, 4, 0x0A, 0, 0x12, 0])
            is var once ? [.. once, .. once[^81..]] : []),
    ];

    private static byte[] Varint(int number)
    {
        var bytes = new List<byte>();
        for (; number >= 128; number >>= 7)
            bytes.Add((byte)(number | 128));
        return [.. bytes, (byte)number];
    }

    private static HostileCase Model(string name, Action<ModelProto> change) => new(Reader, name, () =>
    {
        ModelProto model = ModelProto.Parser.ParseFrom(EncoderText.Model());
        change(model);
        return OnnxModelTarget.Signed(model.ToByteArray());
    });

    private static HostileCase Graph(string name, Action<GraphProto> change) => Model(name, model => change(model.Graph));

    private static HostileCase Weight(string name, Action<TensorProto> change) => Graph(name,
        graph => change(graph.Initializer.First(each => each.Dims.Count == 4)));

    private static HostileCase Shape(string name, params long[] dims) => Weight($"tensor of shape {name}", weight =>
    {
        weight.Dims.Clear();
        weight.Dims.Add(dims);
    });

    private static HostileCase Entry(string key, string value) => Model($"{key} '{value}'", model =>
    {
        if (model.MetadataProps.FirstOrDefault(entry => entry.Key == key) is { } entry)
            entry.Value = value;
        else
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
    });

    private static NodeProto Relu(GraphProto graph) => graph.Node.First(node => node.Output[0].StartsWith("Relu_", StringComparison.Ordinal)
        || node.Name.StartsWith("Relu_", StringComparison.Ordinal));

    private static void Attribute(GraphProto graph, string name, params long[] values)
    {
        AttributeProto attribute = graph.Node.First(node => node.OpType == "Conv").Attribute.First(each => each.Name == name);
        attribute.Ints.Clear();
        attribute.Ints.Add(values);
    }

    private static void Sizes(GraphProto graph, params long[] sizes)
    {
        TensorShapeProto shape = graph.Input[0].Type.TensorType.Shape;
        shape.Dim.Clear();
        shape.Dim.Add(sizes.Select(size => size == -1
            ? new TensorShapeProto.Types.Dimension { DimParam = "N" } : new TensorShapeProto.Types.Dimension { DimValue = size }));
    }

    private static void Elsewhere(TensorProto tensor, string location)
    {
        tensor.RawData = ByteString.Empty;
        tensor.DataLocation = 1;
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
    }
}
