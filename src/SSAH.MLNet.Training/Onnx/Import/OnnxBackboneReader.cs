using Google.Protobuf;
using SSAH.MLNet.Training.Networks;
using SSAH.MLNet.Training.Networks.Layers;
using SSAH.MLNet.Training.Onnx.Wire;

namespace SSAH.MLNet.Training.Onnx;

/// <summary>An ONNX model whose graph can be made trainable: parsed once, built as often as networks are needed.</summary>
internal sealed class OnnxBackboneReader
{
    private const int NamedValues = 12;
    private readonly ModelProto _model;
    private readonly string _source;
    private readonly string _output;
    private readonly long _opset;
    private readonly Dictionary<string, TensorProto> _constants;

    /// <summary>Parses the model and finds its image input and the value to read.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="output">Name of the value to read: an output of the graph or any value inside.</param>
    /// <param name="source">What the file is called in errors.</param>
    /// <exception cref="InvalidDataException">The bytes are no ONNX model, or the graph has no such value.</exception>
    public OnnxBackboneReader(byte[] bytes, string output, string source)
    {
        _source = source;
        _output = output;
        _model = Parse(bytes, source);
        _opset = _model.OpsetImport.FirstOrDefault(o => o.Domain is "" or "ai.onnx")?.Version ?? 1;
        _constants = _model.Graph.Initializer.GroupBy(t => t.Name).ToDictionary(g => g.Key, g => g.First());
        ImageInput = FindImageInput();
        if (!_model.Graph.Node.Any(n => n.Output.Contains(output)))
            throw new InvalidDataException(
                $"{source}: no value is called '{output}'. The outputs are: {string.Join(", ", _model.Graph.Output.Select(o => o.Name))}; "
                + $"the last values inside: {string.Join(", ", _model.Graph.Node.TakeLast(NamedValues).SelectMany(n => n.Output))}.");
    }

    /// <summary>What the file is called in errors.</summary>
    public string Source => _source;

    /// <summary>Name of the graph's image input.</summary>
    public string ImageInput { get; }

    /// <summary>Channels, height and width that the input asks for; null where it leaves them open.</summary>
    public (long? Channels, long? Height, long? Width) ImageShape
    {
        get
        {
            var dims = _model.Graph.Input.Single(i => i.Name == ImageInput).Type.TensorType.Shape.Dim;
            long? At(int axis) => dims[axis].ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue && dims[axis].DimValue > 0 ? dims[axis].DimValue : null;
            return (At(1), At(2), At(3));
        }
    }

    /// <summary>The model with the value as its only output and an open batch and size, for ONNX Runtime to compare with.</summary>
    public byte[] Reference()
    {
        var model = _model.Clone();
        model.Graph.Output.Clear();
        model.Graph.ValueInfo.Clear();
        model.Graph.Output.Add(new ValueInfoProto
        {
            Name = _output,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float } },
        });
        var dims = model.Graph.Input.Single(i => i.Name == ImageInput).Type.TensorType.Shape.Dim;
        foreach (int axis in new[] { 0, 2, 3 })
            dims[axis] = new TensorShapeProto.Types.Dimension { DimParam = $"axis{axis}" };
        return model.ToByteArray();
    }

    /// <summary>Builds the part of the graph that leads from the image to the value.</summary>
    /// <exception cref="NotSupportedException">An operator cannot be imported.</exception>
    /// <exception cref="InvalidDataException">The graph is malformed.</exception>
    public OperatorGraph Build()
    {
        var constants = new Dictionary<string, TensorProto>(_constants);
        var indices = new Dictionary<string, int> { [ImageInput] = 0 };
        var nodes = new List<OperatorNode>();
        foreach (var proto in Needed())
        {
            var node = new OnnxNode(proto, constants, _opset, _source);
            switch (node.OpType)
            {
                case "Constant":
                    constants[node.Output] = node.Tensor("value") ?? throw node.Unsupported("a constant without a 'value' tensor");
                    break;
                case "Identity" or "Dropout":
                    if (constants.TryGetValue(node.Input(0), out var constant))
                        constants[node.Output] = constant;
                    else
                        indices[node.Output] = indices.TryGetValue(node.Input(0), out int passed) ? passed : throw Dangling(node, 0);
                    break;
                default:
                    var made = OperatorTable.Read(node);
                    int inputs = made is Layer ? 1 : node.InputCount;
                    int[] reads = [.. Enumerable.Range(0, inputs).Select(i => ValueOf(node, made, i))];
                    nodes.Add(new OperatorNode(made, reads));
                    indices[node.Output] = nodes.Count;
                    break;
            }
        }
        if (nodes.Count == 0 || indices.GetValueOrDefault(_output) != nodes.Count)
            throw new InvalidDataException($"{_source}: '{_output}' is not computed from the image '{ImageInput}'.");
        return new OperatorGraph(nodes);

        // A constant operand becomes a node of its own.
        int ValueOf(OnnxNode node, GraphOperator made, int input)
        {
            string name = node.Input(input);
            if (indices.TryGetValue(name, out int index))
                return index;
            if (!constants.TryGetValue(name, out var constant))
                throw Dangling(node, input);
            if (made is Layer)
                throw node.Unsupported($"a constant ('{name}') in place of a computed value");
            nodes.Add(new OperatorNode(new ConstantValue(OnnxTensors.Floats(constant, _source)), []));
            return indices[name] = nodes.Count;
        }
    }

    private static InvalidDataException Dangling(OnnxNode node, int input) => node.Malformed($"reads '{node.Input(input)}', which no earlier node computes");

    private static ModelProto Parse(byte[] bytes, string source)
    {
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException($"{source} is no ONNX model: {e.Message}", e);
        }
        return model.Graph is { Node.Count: > 0 } ? model : throw new InvalidDataException($"{source} is no ONNX model: it has no graph.");
    }

    private string FindImageInput()
    {
        // Files from before IR version 4 list their weights as inputs too.
        var inputs = _model.Graph.Input.Where(i => !_constants.ContainsKey(i.Name)).ToArray();
        return inputs is [{ Type.TensorType: { ElemType: (int)TensorProto.Types.DataType.Float, Shape.Dim.Count: 4 } } image]
            ? image.Name
            : throw new NotSupportedException(
                $"{_source}: a backbone has one input, float images [N, C, H, W]; this graph has {inputs.Length}: {string.Join(", ", inputs.Select(i => i.Name))}.");
    }

    // The nodes that the value depends on, in the file's order, which the format makes a topological one.
    private List<NodeProto> Needed()
    {
        var wanted = new HashSet<string> { _output };
        var needed = new List<NodeProto>();
        foreach (var node in _model.Graph.Node.Reverse())
        {
            if (!node.Output.Any(wanted.Contains))
                continue;
            needed.Add(node);
            wanted.UnionWith(node.Input);
        }
        needed.Reverse();
        return needed;
    }
}
