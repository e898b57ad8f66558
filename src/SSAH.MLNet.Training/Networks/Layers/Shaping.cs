using SSAH.MLNet.Onnx;
using SSAH.MLNet.Training.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks.Layers;

/// <summary>[N, ...] to [N, all the rest].</summary>
internal sealed class Flattening() : Layer(nameof(Flattening))
{
    /// <summary>Reads a Flatten node.</summary>
    public static Layer Read(OnnxNode node) => node.Int("axis", 1) == 1 ? new Flattening() : throw node.Unsupported("an axis other than 1");

    public override Tensor forward(Tensor input) => input.flatten(1);

    public override string Export(OnnxGraph graph, string value) => graph.Op("Flatten", [value], ("axis", 1L));
}

/// <summary>A new shape: 0 keeps the input's size in that place, -1 takes what is left. The first place is the batch.</summary>
internal sealed class Reshaping(long[] shape) : Layer(nameof(Reshaping))
{
    /// <summary>Reads a Reshape node whose shape is a constant.</summary>
    public static Layer Read(OnnxNode node)
    {
        long[] shape = node.Integers(1);
        if (node.Int("allowzero", 0) != 0 || shape.Length == 0 || shape.Any(d => d < -1))
            throw node.Unsupported($"the shape [{string.Join(", ", shape)}]");
        // A model that was exported for one image says 1 where it means the batch.
        if (shape[0] == 1)
            shape = [0, .. shape[1..]];
        return shape[0] <= 0 ? new Reshaping(shape) : throw node.Unsupported($"a fixed batch of {shape[0]}");
    }

    /// <summary>Reads a Squeeze node that drops the two image axes.</summary>
    public static Layer ReadSqueeze(OnnxNode node)
    {
        long[] axes = node.HasInput(1) ? node.Integers(1) : node.Ints("axes", []);
        return axes is [2, 3] or [-2, -1] ? new Reshaping([0, -1]) : throw node.Unsupported($"axes [{string.Join(", ", axes)}]; only 2 and 3 are");
    }

    public override Tensor forward(Tensor input) => input.reshape([.. shape.Select((size, i) => size == 0 ? input.shape[i] : size)]);

    public override string Export(OnnxGraph graph, string value) => graph.Op("Reshape", [value, graph.Constant(shape, shape.Length)]);
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
