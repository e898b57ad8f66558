using SSAH.MLNet.Onnx;
using SSAH.MLNet.Training.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks.Layers;

/// <summary>Maximum over a sliding window.</summary>
internal sealed class MaxPooling(Window window, bool ceiling) : Layer(nameof(MaxPooling))
{
    /// <summary>A square window.</summary>
    public MaxPooling(long kernel, long stride, long padding = 0) : this(Window.Square(kernel, stride, padding), false)
    {
    }

    /// <summary>Reads a MaxPool node.</summary>
    public static Layer Read(OnnxNode node) => new MaxPooling(Window.Read(node, node.Ints("kernel_shape", [])), node.Int("ceil_mode", 0) != 0);

    public override Tensor forward(Tensor input)
    {
        var (value, padding) = window.Pad(input, double.NegativeInfinity);
        return nn.functional.max_pool2d(value, window.Kernel, window.Strides, padding, window.Dilations, ceiling);
    }

    public override string Export(OnnxGraph graph, string value) =>
        graph.Op("MaxPool", [value], window.Attributes(("ceil_mode", ceiling ? 1L : 0L)));
}

/// <summary>Mean over a sliding window.</summary>
internal sealed class AveragePooling(Window window, bool ceiling, bool countsPadding) : Layer(nameof(AveragePooling))
{
    /// <summary>Reads an AveragePool node.</summary>
    public static Layer Read(OnnxNode node)
    {
        var window = Window.Read(node, node.Ints("kernel_shape", []));
        bool countsPadding = node.Int("count_include_pad", 0) != 0;
        if (window.Dilations is not [1, 1])
            throw node.Unsupported("dilations");
        if (!window.IsSymmetric && !countsPadding)
            throw node.Unsupported("unequal padding that is left out of the mean");
        return new AveragePooling(window, node.Int("ceil_mode", 0) != 0, countsPadding);
    }

    public override Tensor forward(Tensor input)
    {
        var (value, padding) = window.Pad(input, 0);
        return nn.functional.avg_pool2d(value, window.Kernel, window.Strides, padding, ceiling, countsPadding);
    }

    // Dilations came to AveragePool with opset 19 only.
    public override string Export(OnnxGraph graph, string value) => graph.Op("AveragePool", [value],
        [.. window.Attributes(("ceil_mode", ceiling ? 1L : 0L), ("count_include_pad", countsPadding ? 1L : 0L)).Where(a => a.Item1 != "dilations")]);
}

/// <summary>Mean over the given axes.</summary>
internal sealed class MeanOverAxes(long[] axes, bool keepsAxes) : Layer(nameof(MeanOverAxes))
{
    private const long AxesAreAnInput = 18;

    /// <summary>The mean over all positions, [N, C, H, W] to [N, C].</summary>
    public static MeanOverAxes Positions() => new([2, 3], keepsAxes: false);

    /// <summary>Reads a ReduceMean node.</summary>
    public static Layer Read(OnnxNode node)
    {
        long[] axes = node.Opset < AxesAreAnInput ? node.Ints("axes", []) : node.HasInput(1) ? node.Integers(1) : [];
        if (axes.Length == 0 || axes.Contains(0))
            throw node.Unsupported("a mean over all axes or over the batch");
        return new MeanOverAxes(axes, node.Int("keepdims", 1) != 0);
    }

    /// <summary>Reads a GlobalAveragePool node.</summary>
    public static Layer ReadGlobal(OnnxNode node) => new MeanOverAxes([2, 3], true);

    public override Tensor forward(Tensor input) => input.mean(axes, keepsAxes);

    public override string Export(OnnxGraph graph, string value) =>
        graph.Op("ReduceMean", [value], ("axes", axes), ("keepdims", keepsAxes ? 1L : 0L));
}

/// <summary>Maximum over all positions: [N, C, H, W] to [N, C, 1, 1].</summary>
internal sealed class GlobalMaxPooling() : Layer(nameof(GlobalMaxPooling))
{
    public override Tensor forward(Tensor input) => input.amax([2, 3], keepdim: true);

    public override string Export(OnnxGraph graph, string value) => graph.Op("GlobalMaxPool", [value]);
}
