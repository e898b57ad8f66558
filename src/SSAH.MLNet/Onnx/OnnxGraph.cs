using System.Runtime.InteropServices;
using Google.Protobuf;
using SSAH.MLNet.Onnx.Wire;

namespace SSAH.MLNet.Onnx;

/// <summary>An ONNX graph under construction: values are named by strings, every node appends one value.</summary>
/// <param name="name">Name of the graph.</param>
/// <param name="opset">Version of the standard operator set that its nodes are written in.</param>
internal sealed class OnnxGraph(string name, long opset = OnnxGraph.DefaultOpset)
{
    /// <summary>Operator set that exported networks ask for (ONNX 1.12; any ONNX Runtime since 1.12 runs it).</summary>
    public const long DefaultOpset = 17;

    private const int IrVersion = 8;
    private const string EmbeddedPrefix = "backbone/";
    private readonly GraphProto _graph = new() { Name = name };
    private readonly List<OperatorSetIdProto> _otherOpsets = [];
    private readonly SortedDictionary<string, string> _metadata = new(StringComparer.Ordinal);

    /// <summary>Declares an input; a negative dimension is dynamic.</summary>
    public string Input(string input, params ReadOnlySpan<long> dims)
    {
        _graph.Input.Add(Describe(input, TensorProto.Types.DataType.Float, dims));
        return input;
    }

    /// <summary>Publishes <paramref name="value"/> under the name <paramref name="output"/>.</summary>
    public void Output(string output, string value, TensorProto.Types.DataType type, params ReadOnlySpan<long> dims)
    {
        var node = new NodeProto { OpType = "Identity", Name = "output_" + output };
        node.Input.Add(value);
        node.Output.Add(output);
        _graph.Node.Add(node);
        _graph.Output.Add(Describe(output, type, dims));
    }

    /// <summary>Adds a node with one result and returns the result's name.</summary>
    public string Op(string opType, ReadOnlySpan<string> inputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        string id = $"{opType}_{_graph.Node.Count}";
        var node = new NodeProto { OpType = opType, Name = id };
        foreach (string input in inputs)
            node.Input.Add(input);
        node.Output.Add(id);
        foreach (var (attribute, value) in attributes)
            node.Attribute.Add(Attribute(attribute, value));
        _graph.Node.Add(node);
        return id;
    }

    /// <summary>Stores constant single-precision values.</summary>
    public string Constant(ReadOnlySpan<float> values, params ReadOnlySpan<long> dims) =>
        Initializer(TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes(values), values.Length, dims);

    /// <summary>Stores constant 64-bit integers.</summary>
    public string Constant(ReadOnlySpan<long> values, params ReadOnlySpan<long> dims) =>
        Initializer(TensorProto.Types.DataType.Int64, MemoryMarshal.AsBytes(values), values.Length, dims);

    /// <summary>Takes over a backbone's nodes and weights, fed by a value of this graph, and returns the name of its result.</summary>
    /// <param name="backbone">Written in the same operator set as this graph.</param>
    /// <param name="input">What it reads in place of its image input.</param>
    public string Embed(BackboneGraph backbone, string input)
    {
        if (backbone.Opset != opset)
            throw new ArgumentException($"The backbone is written in operator set {backbone.Opset}, this graph in {opset}.", nameof(backbone));
        string Named(string value) => value.Length == 0 ? value : value == backbone.ImageInput ? input : EmbeddedPrefix + value;
        foreach (TensorProto weight in backbone.Model.Graph.Initializer)
        {
            TensorProto copy = weight.Clone();
            copy.Name = Named(weight.Name);
            _graph.Initializer.Add(copy);
        }
        foreach (NodeProto node in backbone.Model.Graph.Node)
        {
            NodeProto copy = node.Clone();
            copy.Input.Clear();
            copy.Input.Add(node.Input.Select(Named));
            copy.Output.Clear();
            copy.Output.Add(node.Output.Select(Named));
            copy.Name = $"{copy.OpType}_{_graph.Node.Count}";
            _graph.Node.Add(copy);
        }
        _otherOpsets.AddRange(backbone.Model.OpsetImport.Where(set => !OnnxModels.IsStandard(set.Domain)));
        return Named(backbone.Output);
    }

    /// <summary>Adds one entry of the model's custom metadata.</summary>
    public void Metadata(string key, string value) => _metadata[key] = value;

    /// <summary>Serializes the model; the same graph always gives the same bytes.</summary>
    public byte[] ToBytes()
    {
        var model = new ModelProto { IrVersion = IrVersion, ProducerName = "SSAH.MLNet", Graph = _graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = opset });
        model.OpsetImport.Add(_otherOpsets);
        foreach (var (key, value) in _metadata)
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        return model.ToByteArray();
    }

    private string Initializer(TensorProto.Types.DataType type, ReadOnlySpan<byte> bytes, int count, ReadOnlySpan<long> dims)
    {
        long expected = 1;
        foreach (long dim in dims)
            expected *= dim;
        if (expected != count)
            throw new ArgumentException($"{count} values do not fill the shape [{string.Join(", ", dims.ToArray())}].", nameof(dims));
        var tensor = new TensorProto { Name = $"const_{_graph.Initializer.Count}", DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        tensor.Dims.Add(dims.ToArray());
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    private static AttributeProto Attribute(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case long number:
                attribute.I = number;
                attribute.Type = AttributeProto.Types.AttributeType.Int;
                break;
            case float number:
                attribute.F = number;
                attribute.Type = AttributeProto.Types.AttributeType.Float;
                break;
            case string text:
                attribute.S = ByteString.CopyFromUtf8(text);
                attribute.Type = AttributeProto.Types.AttributeType.String;
                break;
            case long[] numbers:
                attribute.Ints.Add(numbers);
                attribute.Type = AttributeProto.Types.AttributeType.Ints;
                break;
            default:
                throw new ArgumentException($"Attribute '{name}' has the unsupported type {value.GetType()}.", nameof(value));
        }
        return attribute;
    }

    private static ValueInfoProto Describe(string name, TensorProto.Types.DataType type, ReadOnlySpan<long> dims)
    {
        var shape = new TensorShapeProto();
        foreach (long dim in dims)
            shape.Dim.Add(dim < 0 ? new TensorShapeProto.Types.Dimension { DimParam = "N" } : new TensorShapeProto.Types.Dimension { DimValue = dim });
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }
}
