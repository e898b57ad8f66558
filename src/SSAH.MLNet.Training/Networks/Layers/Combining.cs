using SSAH.MLNet.Onnx;
using SSAH.MLNet.Training.Onnx;
using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks.Layers;

/// <summary>Element by element sum, difference, product or quotient of two values, with ONNX's broadcasting (the same as TorchSharp's).</summary>
internal sealed class Elementwise : GraphOperator
{
    private readonly string _opType;

    private Elementwise(string opType) : base(opType) => _opType = opType;

    /// <summary>Reads an Add, Sub, Mul or Div node.</summary>
    public static GraphOperator Read(OnnxNode node) => new Elementwise(node.OpType);

    public override Tensor Compute(IReadOnlyList<Tensor> inputs)
    {
        var (a, b) = (inputs[0], inputs[1]);
        // A constant is kept in float32; the value that comes from the image decides the type.
        if (a.dtype != b.dtype)
            (a, b) = a.dtype == ScalarType.Float32 ? (a.to(b.dtype), b) : (a, b.to(a.dtype));
        return _opType switch
        {
            "Add" => a.Plus(b),
            "Sub" => a - b,
            "Mul" => a * b,
            _ => a / b,
        };
    }

    public override string Export(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Op(_opType, [inputs[0], inputs[1]]);
}

/// <summary>Sum of any number of values, with ONNX's broadcasting.</summary>
internal sealed class Summation() : GraphOperator(nameof(Summation))
{
    public override Tensor Compute(IReadOnlyList<Tensor> inputs)
    {
        var type = inputs.Any(input => input.dtype == ScalarType.BFloat16) ? ScalarType.BFloat16 : ScalarType.Float32;
        var sum = inputs[0].to(type);
        for (int i = 1; i < inputs.Count; i++)
            sum = sum.Plus(inputs[i].to(type));
        return inputs.Count > 1 ? sum : sum.alias();
    }

    public override string Export(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Op("Sum", [.. inputs]);
}

/// <summary>Values one after another along an axis.</summary>
internal sealed class Concatenation(long axis) : GraphOperator(nameof(Concatenation))
{
    /// <summary>Reads a Concat node.</summary>
    public static GraphOperator Read(OnnxNode node)
    {
        long axis = node.Int("axis", 1);
        return axis != 0 ? new Concatenation(axis) : throw node.Unsupported("the batch axis");
    }

    public override Tensor Compute(IReadOnlyList<Tensor> inputs) => cat([.. inputs], axis);

    public override string Export(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Op("Concat", [.. inputs], ("axis", axis));
}

/// <summary>A constant operand of a graph. More than one number (a scale or an offset of channels) is trained, a single number is not.</summary>
internal sealed class ConstantValue : GraphOperator
{
    private readonly Parameter value;

    public ConstantValue(Tensor value) : base(nameof(ConstantValue))
    {
        this.value = new Parameter(value, value.numel() > 1);
        RegisterComponents();
    }

    public override Tensor Compute(IReadOnlyList<Tensor> inputs) => value.alias();

    public override string Export(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Constant(Values(value), value.shape);
}
