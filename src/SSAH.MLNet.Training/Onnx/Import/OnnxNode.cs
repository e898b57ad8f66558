using SSAH.MLNet.Hashing;
using SSAH.MLNet.Onnx.Wire;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Onnx;

/// <summary>A node of an ONNX graph that is being read: its attributes and its constant inputs, with errors that name it.</summary>
/// <param name="node">The node on the wire.</param>
/// <param name="constants">Constant values of the graph by name.</param>
/// <param name="opset">Version of the standard operator set.</param>
/// <param name="source">What the file is called in errors.</param>
internal sealed class OnnxNode(NodeProto node, IReadOnlyDictionary<string, TensorProto> constants, long opset, string source)
{
    /// <summary>The operator.</summary>
    public string OpType => node.OpType;

    /// <summary>Whether the operator belongs to the standard set.</summary>
    public bool IsStandard => node.Domain is "" or "ai.onnx";

    /// <summary>Version of the standard operator set that the graph was written for.</summary>
    public long Opset => opset;

    /// <summary>Number of inputs, absent ones included.</summary>
    public int InputCount => node.Input.Count;

    /// <summary>Name of an input's value.</summary>
    public string Input(int index) => HasInput(index) ? node.Input[index] : throw Malformed($"has no input {index}");

    /// <summary>Whether an optional input is there.</summary>
    public bool HasInput(int index) => index < node.Input.Count && node.Input[index].Length > 0;

    /// <summary>Name of the first result.</summary>
    public string Output => node.Output.Count > 0 ? node.Output[0] : throw Malformed("has no output");

    /// <summary>Whether an attribute is set.</summary>
    public bool Has(string attribute) => Find(attribute) is not null;

    /// <summary>An integer attribute.</summary>
    public long Int(string attribute, long fallback) => Find(attribute, AttributeProto.Types.AttributeType.Int)?.I ?? fallback;

    /// <summary>A single-precision attribute.</summary>
    public float Float(string attribute, float fallback) => Find(attribute, AttributeProto.Types.AttributeType.Float)?.F ?? fallback;

    /// <summary>A text attribute.</summary>
    public string Text(string attribute, string fallback) => Find(attribute, AttributeProto.Types.AttributeType.String)?.S.ToStringUtf8() ?? fallback;

    /// <summary>An attribute of several integers.</summary>
    public long[] Ints(string attribute, long[] fallback) =>
        Find(attribute, AttributeProto.Types.AttributeType.Ints) is { } found ? [.. found.Ints] : fallback;

    /// <summary>A tensor attribute.</summary>
    public TensorProto? Tensor(string attribute) => Find(attribute, AttributeProto.Types.AttributeType.Tensor)?.T;

    /// <summary>A constant input as float32 tensor.</summary>
    public Tensor Floats(int input) => OnnxTensors.Floats(Constant(input), source);

    /// <summary>A constant input of a single number.</summary>
    public float Scalar(int input)
    {
        using var value = Floats(input);
        return value.numel() == 1 ? value.view(1).data<float>()[0] : throw Malformed($"has {value.numel()} values in input {input}, where one number belongs");
    }

    /// <summary>A constant input of integers.</summary>
    public long[] Integers(int input) => OnnxTensors.Integers(Constant(input), source);

    /// <summary>
    /// Whether the node does nothing to its first input when the network is used: Identity, Dropout, a Cast to the floats that every value is in anyway.
    /// </summary>
    /// <exception cref="UnsupportedNetworkException">A Cast to another type, or a Dropout that drops in use too.</exception>
    public bool PassesOn()
    {
        switch (OpType)
        {
            case "Identity" when IsStandard:
                return true;
            case "Cast" when IsStandard:
                return Int("to", 0) == (long)TensorProto.Types.DataType.Float
                    ? true : throw Unsupported($"a Cast to {(TensorProto.Types.DataType)Int("to", 0)}");
            case "Dropout" when IsStandard:
                return !HasInput(2) || Constant(2).RawData.Span.IndexOfAnyExcept((byte)0) < 0
                    ? true : throw Unsupported("training_mode 1; export the model for inference");
            default:
                return false;
        }
    }

    /// <summary>The error for a use of the operator that is not supported.</summary>
    public UnsupportedNetworkException Unsupported(string what) => new($"{this} cannot be imported: {what} is not supported.");

    /// <summary>The error for a node that breaks the format.</summary>
    public DamagedFileException Malformed(string what) => new($"{this} {what}.");

    /// <inheritdoc/>
    public override string ToString()
    {
        string name = node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault() ?? "?";
        string opType = IsStandard ? node.OpType : $"{node.Domain}::{node.OpType}";
        return $"{source}: operator {opType} (node '{name}')";
    }

    private TensorProto Constant(int input)
    {
        string name = Input(input);
        return constants.TryGetValue(name, out var value)
            ? value
            : throw Unsupported($"a computed value ('{name}') in input {input}, where a constant belongs,");
    }

    private AttributeProto? Find(string attribute) => node.Attribute.FirstOrDefault(a => a.Name == attribute);

    private AttributeProto? Find(string attribute, AttributeProto.Types.AttributeType type)
    {
        var found = Find(attribute);
        // Files from before IR version 2 leave the type out.
        return found is null || found.Type == type || found.Type == AttributeProto.Types.AttributeType.Undefined
            ? found
            : throw Malformed($"has an attribute '{attribute}' of type {found.Type}, where {type} belongs");
    }
}
