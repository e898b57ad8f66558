using SSAH.MLNet.Onnx;
using SSAH.MLNet.Training.Onnx;
using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks.Layers;

/// <summary>Rectified linear unit: max(x, 0).</summary>
/// <param name="inPlace">Whether it may write over its input, which then nobody else reads, backward passes included.</param>
internal sealed class Relu(bool inPlace = false) : Layer(nameof(Relu))
{
    public override Tensor forward(Tensor input) => inPlace ? input.relu_() : input.relu();

    public override string Export(OnnxGraph graph, string value) => graph.Op("Relu", [value]);
}

/// <summary>x where it is positive, else <paramref name="slope"/> x.</summary>
internal sealed class LeakyRelu(float slope) : Layer(nameof(LeakyRelu))
{
    public static Layer Read(OnnxNode node) => new LeakyRelu(node.Float("alpha", 0.01f));

    public override Tensor forward(Tensor input) => input.LeakyRelu(slope);

    public override string Export(OnnxGraph graph, string value) => graph.Op("LeakyRelu", [value], ("alpha", slope));
}

/// <summary>1 / (1 + e^-x).</summary>
internal sealed class Sigmoid() : Layer(nameof(Sigmoid))
{
    public override Tensor forward(Tensor input) => input.sigmoid();

    public override string Export(OnnxGraph graph, string value) => graph.Op("Sigmoid", [value]);
}

/// <summary>tanh(x).</summary>
internal sealed class HyperbolicTangent() : Layer(nameof(HyperbolicTangent))
{
    public override Tensor forward(Tensor input) => input.tanh();

    public override string Export(OnnxGraph graph, string value) => graph.Op("Tanh", [value]);
}

/// <summary>max(0, min(1, slope x + offset)).</summary>
internal sealed class HardSigmoid(float slope, float offset) : Layer(nameof(HardSigmoid))
{
    public static Layer Read(OnnxNode node) => new HardSigmoid(node.Float("alpha", 0.2f), node.Float("beta", 0.5f));

    public override Tensor forward(Tensor input) => input.Times(slope).Plus(offset).AtLeast(0).AtMost(1);

    public override string Export(OnnxGraph graph, string value) => graph.Op("HardSigmoid", [value], ("alpha", slope), ("beta", offset));
}

/// <summary>x max(0, min(1, x / 6 + 1/2)).</summary>
internal sealed class HardSwish() : Layer(nameof(HardSwish))
{
    public override Tensor forward(Tensor input) => nn.functional.hardswish(input);

    public override string Export(OnnxGraph graph, string value) => graph.Op("HardSwish", [value]);
}

/// <summary>max(low, min(high, x)); either bound may be absent. ReLU6 is 0 to 6.</summary>
internal sealed class Clamp(float? low, float? high) : Layer(nameof(Clamp))
{
    private const long BoundsAreInputs = 11;

    public static Layer Read(OnnxNode node)
    {
        float? Bound(int input, string attribute)
        {
            if (node.Opset >= BoundsAreInputs)
                return node.HasInput(input) ? node.Scalar(input) : null;
            return node.Has(attribute) ? node.Float(attribute, 0) : null;
        }
        return new Clamp(Bound(1, "min"), Bound(2, "max"));
    }

    public override Tensor forward(Tensor input)
    {
        if (low == 0 && high == 6)
            return nn.functional.relu6(input);
        var value = low is { } least ? input.AtLeast(least) : input;
        return high is { } most ? value.AtMost(most) : value.alias();
    }

    public override string Export(OnnxGraph graph, string value)
    {
        string Bound(float? bound) => bound is { } number ? graph.Constant([number]) : "";
        return graph.Op("Clip", [value, Bound(low), Bound(high)]);
    }
}
