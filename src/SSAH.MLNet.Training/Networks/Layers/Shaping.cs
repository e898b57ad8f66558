using SSAH.MLNet.Onnx;
using SSAH.MLNet.Training.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks.Layers;

/// <summary>[N, ...] to [N, all the rest].</summary>
internal sealed class Flattening(long axis = 1) : Layer(nameof(Flattening))
{
    /// <summary>Reads a Flatten node; an axis that is counted from the end must turn out to be the first behind the batch.</summary>
    public static Layer Read(OnnxNode node) =>
        node.Int("axis", 1) is var axis and (1 or < 0) ? new Flattening(axis) : throw node.Unsupported("an axis other than 1");

    public override Tensor forward(Tensor input) => axis == 1 || input.dim() + axis == 1
        ? input.flatten(1)
        : throw new UnsupportedNetworkException($"Flatten at axis {axis} of {input.dim()} axes takes the batch apart; only axis 1 can be imported.");

    public override string Export(OnnxGraph graph, string value) => graph.Op("Flatten", [value], ("axis", 1L));
}

/// <summary>A new shape: 0 keeps the input's size in that place, -1 takes what is left. The first place is the batch.</summary>
internal sealed class Reshaping(long[] shape) : Layer(nameof(Reshaping))
{
    /// <summary>Reads a Reshape node whose shape is a constant.</summary>
    public static Layer Read(OnnxNode node)
    {
        long[] shape = node.Integers(1);
        if (node.Int("allowzero", 0) != 0)
            throw node.Unsupported($"allowzero with a 0 in the shape [{string.Join(", ", shape)}]");
        if (shape.Length == 0 || shape.Any(d => d < -1))
            throw node.Unsupported($"the shape [{string.Join(", ", shape)}]");
        return shape[0] <= 0 ? new Reshaping(shape) : throw node.Unsupported($"a fixed batch of {shape[0]}");
    }

    public override Tensor forward(Tensor input) => input.reshape([.. shape.Select((size, i) => size == 0 ? input.shape[i] : size)]);

    public override string Export(OnnxGraph graph, string value) => graph.Op("Reshape", [value, graph.Constant(shape, shape.Length)]);
}

/// <summary>Drops axes of size 1, all but the batch where none are named.</summary>
internal sealed class AxisRemoval(long[] axes) : Layer(nameof(AxisRemoval))
{
    /// <summary>Reads a Squeeze node.</summary>
    public static Layer Read(OnnxNode node)
    {
        long[] axes = node.HasInput(1) ? node.Integers(1) : node.Ints("axes", []);
        return !axes.Contains(0) ? new AxisRemoval(axes) : throw node.Unsupported("the batch axis");
    }

    public override Tensor forward(Tensor input)
    {
        // What is left is one axis then, or the exported graph would have to know the shape.
        if (axes.Length == 0)
            return input.shape[1..].Count(size => size > 1) <= 1
                ? input.flatten(1)
                : throw new UnsupportedNetworkException($"Squeeze without axes of [{string.Join(", ", input.shape)}] cannot be imported; name its axes.");
        foreach (long axis in axes.Select(axis => axis < 0 ? axis + input.dim() : axis).OrderDescending())
            input = input.squeeze(axis);
        return input;
    }

    public override string Export(OnnxGraph graph, string value) => axes.Length == 0
        ? graph.Op("Flatten", [value], ("axis", 1L))
        : graph.Op("Squeeze", [value, graph.Constant(axes, axes.Length)]);
}

/// <summary>Adds axes of size 1.</summary>
internal sealed class AxisInsertion(long[] axes) : Layer(nameof(AxisInsertion))
{
    /// <summary>Reads an Unsqueeze node.</summary>
    public static Layer Read(OnnxNode node)
    {
        long[] axes = node.HasInput(1) ? node.Integers(1) : node.Ints("axes", []);
        return axes.Length > 0 && !axes.Contains(0) ? new AxisInsertion(axes) : throw node.Unsupported("an axis before the batch");
    }

    public override Tensor forward(Tensor input)
    {
        long rank = input.dim() + axes.Length;
        foreach (long axis in axes.Select(axis => axis < 0 ? axis + rank : axis).Order())
            input = input.unsqueeze(axis);
        return input;
    }

    public override string Export(OnnxGraph graph, string value) => graph.Op("Unsqueeze", [value, graph.Constant(axes, axes.Length)]);
}

/// <summary>Another order of the axes; the batch stays in front.</summary>
internal sealed class Transposition(long[] order) : Layer(nameof(Transposition))
{
    /// <summary>Reads a Transpose node.</summary>
    public static Layer Read(OnnxNode node)
    {
        long[] order = node.Ints("perm", []);
        return order is [0, _, ..] ? new Transposition(order) : throw node.Unsupported("an order that moves the batch");
    }

    public override Tensor forward(Tensor input) => input.permute(order);

    public override string Export(OnnxGraph graph, string value) => graph.Op("Transpose", [value], ("perm", order));
}

/// <summary>Padding of the two image axes.</summary>
/// <param name="pads">Top, left, bottom, right.</param>
/// <param name="mode">constant, reflect or edge.</param>
/// <param name="fill">Value for constant padding.</param>
internal sealed class Padding(long[] pads, string mode, float fill) : Layer(nameof(Padding))
{
    private const long PadsAreAnInput = 11;

    /// <summary>Reads a Pad node.</summary>
    public static Layer Read(OnnxNode node)
    {
        long[] all = node.Opset >= PadsAreAnInput ? node.Integers(1) : node.Ints("pads", []);
        if (all is not [0, 0, >= 0 and var top, >= 0 and var left, 0, 0, >= 0 and var bottom, >= 0 and var right] || node.HasInput(3))
            throw node.Unsupported("pads outside the two image axes, or negative ones");
        string mode = node.Text("mode", "constant");
        if (mode is not ("constant" or "reflect" or "edge"))
            throw node.Unsupported($"mode '{mode}'");
        float fill = node.Opset < PadsAreAnInput ? node.Float("value", 0) : node.HasInput(2) ? node.Scalar(2) : 0;
        return new Padding([top, left, bottom, right], mode, fill);
    }

    public override Tensor forward(Tensor input)
    {
        long[] sides = [pads[1], pads[3], pads[0], pads[2]];
        return mode switch
        {
            "reflect" => nn.functional.pad(input, sides, PaddingModes.Reflect),
            "edge" => nn.functional.pad(input, sides, PaddingModes.Replicate),
            _ => nn.functional.pad(input, sides, PaddingModes.Constant, fill),
        };
    }

    public override string Export(OnnxGraph graph, string value)
    {
        string sides = graph.Constant([0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]], 8);
        return mode == "constant"
            ? graph.Op("Pad", [value, sides, graph.Constant([fill])], ("mode", mode))
            : graph.Op("Pad", [value, sides], ("mode", mode));
    }
}
