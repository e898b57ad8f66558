using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Onnx.Wire;

namespace SSAH.MLNet.Onnx;

/// <summary>
/// The part of an ONNX network that leads from its image to one value, made ready for any number of images and, where its operators allow it, for
/// any size: constants are initializers, the batch and the size are open, a pooling over the whole map is global.
/// </summary>
internal sealed class BackboneGraph
{
    // From here on operators broadcast as they do today.
    private const long LeastOpset = 7;
    private const int NamedValues = 12;

    private readonly byte[] _file;
    private readonly ImageLayout _layout;

    private BackboneGraph(byte[] file, ModelProto model, string source, string output, string imageInput, long opset, ImageLayout layout)
    {
        _file = file;
        _layout = layout;
        Model = model;
        Source = source;
        Output = output;
        ImageInput = imageInput;
        Opset = opset;
        ImageShape = ShapeOf(model.Graph.Input.Single(i => i.Name == imageInput));
    }

    /// <summary>The network; its only output is <see cref="Output"/>.</summary>
    public ModelProto Model { get; }

    /// <summary>What the file is called in errors.</summary>
    public string Source { get; }

    /// <summary>Name of the value that serves as features.</summary>
    public string Output { get; }

    /// <summary>Name of the image input, float [N, C, H, W].</summary>
    public string ImageInput { get; }

    /// <summary>Version of the standard operator set.</summary>
    public long Opset { get; }

    /// <summary>Channels, height and width that the file's input asks for; null if it leaves them open.</summary>
    public (long? Channels, long? Height, long? Width) ImageShape { get; }

    /// <summary>Whether the file computes in half precision, which is made single precision here.</summary>
    public bool WasHalfPrecision { get; private init; }

    /// <summary>Whether the file takes pixels from 0 to 255 as bytes.</summary>
    public bool TakesBytes => _layout.Type == TensorProto.Types.DataType.Uint8;

    /// <summary>Reads a network.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="output">Name of the value to read: an output of the graph or any value inside.</param>
    /// <param name="source">What the file is called in errors.</param>
    /// <exception cref="DamagedFileException">The bytes are no ONNX model, or the graph has no such value.</exception>
    /// <exception cref="UnsupportedNetworkException">The input is no image, or the file is written in a way that cannot be read.</exception>
    public static BackboneGraph Read(byte[] bytes, string output, string source)
    {
        ModelProto model = OnnxModels.Parse(bytes, source);
        GraphProto graph = model.Graph;
        // From version 4 on, weights need not be listed as inputs.
        model.IrVersion = Math.Max(model.IrVersion, 4);
        long opset = model.OpsetImport.FirstOrDefault(set => OnnxModels.IsStandard(set.Domain))?.Version ?? 1;
        ImageLayout layout = ImageLayout.Of(graph, source);
        if (!graph.Node.Any(node => node.Output.Contains(output)))
            throw new DamagedFileException(
                $"{source}: no value is called '{output}'. The outputs are: {string.Join(", ", graph.Output.Select(o => o.Name))}; "
                + $"the last values inside: {string.Join(", ", graph.Node.TakeLast(NamedValues).SelectMany(n => n.Output))}.");
        if (opset < LeastOpset)
            throw new UnsupportedNetworkException(
                $"{source} is written in operator set {opset}; {LeastOpset} or later is needed. Convert it, for example by onnx.version_converter.");
        GraphConstants.CollectNodes(graph, source);
        KeepWhatLeadsTo(graph, output, layout.Input);
        if (OnnxInspection.ObjectionTo(graph, source) is { } objection)
            throw new UnsupportedNetworkException(objection);
        if (ConstantSizes.ObjectionTo(graph, source) is { } tooLarge)
            throw new DamagedFileException(tooLarge);
        bool isHalf = layout.Type == TensorProto.Types.DataType.Float16;
        string image = layout.MakePlanarFloats(graph);
        ConstantFolding.Fold(model, source);
        isHalf |= HalfPrecision.Widen(graph);
        ShapeExpressions.MakeConstant(graph);
        output = ImageLayout.UndoTranspositions(graph, output);
        KeepWhatLeadsTo(graph, output, image);
        GraphConstants.PackFloats(graph);
        var result = new BackboneGraph(bytes, model, source, output, image, opset, layout) { WasHalfPrecision = isHalf };
        result.OpenTheBatch();
        WholeMapPooling.MakeGlobal(result);
        return result;
    }

    /// <summary>The network as a file of its own.</summary>
    public byte[] ToBytes() => Model.ToByteArray();

    /// <summary>What leads to the value exactly as the file has it, to compare with: the model, and what its input takes for an image.</summary>
    public (byte[] Model, string Input, Func<float[], long[], OrtValue> ValueOf) AsItCame()
    {
        ModelProto model = OnnxModels.Parse(_file, Source);
        KeepWhatLeadsTo(model.Graph, Output, _layout.Input);
        return (model.ToByteArray(), _layout.Input, _layout.ValueOf);
    }

    private static (long?, long?, long?) ShapeOf(ValueInfoProto image)
    {
        var dims = image.Type.TensorType.Shape.Dim;
        long? At(int axis) => dims[axis].DimValue > 0 ? dims[axis].DimValue : null;
        return (At(1), At(2), At(3));
    }

    private static void KeepWhatLeadsTo(GraphProto graph, string output, string image)
    {
        var wanted = new HashSet<string> { output };
        var needed = new List<NodeProto>();
        // The format makes the file's order a topological one.
        foreach (NodeProto node in graph.Node.Reverse())
        {
            if (!node.Output.Any(wanted.Contains))
                continue;
            needed.Add(node);
            wanted.UnionWith(node.Input);
        }
        needed.Reverse();
        graph.Node.Clear();
        graph.Node.Add(needed);
        TensorProto[] weights = [.. graph.Initializer.Where(weight => wanted.Contains(weight.Name)).DistinctBy(weight => weight.Name)];
        graph.Initializer.Clear();
        graph.Initializer.Add(weights);
        ValueInfoProto input = graph.Input.Single(i => i.Name == image);
        graph.Input.Clear();
        graph.Input.Add(input);
        graph.ValueInfo.Clear();
        graph.Output.Clear();
        graph.Output.Add(new ValueInfoProto { Name = output });
    }

    // What ImageShape remembers is taken off the input; a model that was exported for one image says 1 in reshapes where it means the batch.
    private void OpenTheBatch()
    {
        var dims = Model.Graph.Input[0].Type.TensorType.Shape.Dim;
        foreach (int axis in (int[])[0, 2, 3])
            dims[axis] = new TensorShapeProto.Types.Dimension { DimParam = $"axis{axis}" };
        var weights = Model.Graph.Initializer.ToDictionary(weight => weight.Name);
        foreach (NodeProto node in Model.Graph.Node.Where(node => node.OpType == "Reshape" && node.Input.Count == 2 && node.Attribute.Count == 0))
        {
            if (!weights.TryGetValue(node.Input[1], out TensorProto? shape) || GraphConstants.Integers(shape) is not [1, _, ..] sizes)
                continue;
            sizes[0] = 0;
            node.Input[1] = GraphConstants.Add(Model.Graph, OnnxModels.Integers($"{node.Output[0]}/shape", sizes));
        }
    }
}
