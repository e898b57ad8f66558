using SSAH.MLNet.Training.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks.Layers;

/// <summary>The sliding window of a convolution or a pooling, as ONNX describes it.</summary>
/// <param name="Kernel">Height and width.</param>
/// <param name="Strides">Vertical and horizontal step.</param>
/// <param name="Dilations">Distance of neighboring cells.</param>
/// <param name="Pads">Top, left, bottom, right.</param>
/// <param name="AutoPad">NOTSET (pads as given), VALID (none), SAME_UPPER or SAME_LOWER (output size = input size / stride, the odd pixel below or
/// above).</param>
internal sealed record Window(long[] Kernel, long[] Strides, long[] Dilations, long[] Pads, string AutoPad)
{
    private const string Explicit = "NOTSET";

    /// <summary>A square window.</summary>
    public static Window Square(long kernel, long stride, long padding) =>
        new([kernel, kernel], [stride, stride], [1, 1], [padding, padding, padding, padding], Explicit);

    /// <summary>Reads the attributes that convolutions and poolings share.</summary>
    public static Window Read(OnnxNode node, long[] kernel)
    {
        if (kernel.Length != 2)
            throw node.Unsupported($"a window of {kernel.Length} dimensions; only images (2) are");
        string autoPad = node.Text("auto_pad", Explicit);
        if (autoPad is not (Explicit or "VALID" or "SAME_UPPER" or "SAME_LOWER"))
            throw node.Unsupported($"auto_pad '{autoPad}'");
        var window = new Window(kernel, node.Ints("strides", [1, 1]), node.Ints("dilations", [1, 1]),
            autoPad == Explicit ? node.Ints("pads", [0, 0, 0, 0]) : [0, 0, 0, 0], autoPad);
        bool valid = window is { Strides: [> 0, > 0], Dilations: [> 0, > 0], Pads: [>= 0, >= 0, >= 0, >= 0], Kernel: [> 0, > 0] };
        return valid ? window : throw node.Unsupported("strides, dilations, pads or kernel of this shape or sign");
    }

    /// <summary>
    /// The value with what TorchSharp cannot pad itself (unequal sides) already padded, and the equal padding that is left: vertical, horizontal.
    /// </summary>
    public (Tensor Value, long[] Padding) Pad(Tensor value, double fill)
    {
        long[] pads = PadsFor(value.shape);
        return pads[0] == pads[2] && pads[1] == pads[3]
            ? (value, [pads[0], pads[1]])
            : (nn.functional.pad(value, [pads[1], pads[3], pads[0], pads[2]], PaddingModes.Constant, fill), [0, 0]);
    }

    /// <summary>Whether opposite sides are always padded alike.</summary>
    public bool IsSymmetric => AutoPad is Explicit or "VALID" && Pads[0] == Pads[2] && Pads[1] == Pads[3];

    /// <summary>The attributes for export.</summary>
    public (string, object)[] Attributes(params ReadOnlySpan<(string, object)> further)
    {
        (string, object) padding = AutoPad == Explicit ? ("pads", Pads) : ("auto_pad", AutoPad);
        return [("kernel_shape", Kernel), ("strides", Strides), ("dilations", Dilations), padding, .. further];
    }

    private long[] PadsFor(long[] shape)
    {
        if (!AutoPad.StartsWith("SAME", StringComparison.Ordinal))
            return Pads;
        var (top, bottom) = Same(shape[^2], 0);
        var (left, right) = Same(shape[^1], 1);
        return [top, left, bottom, right];
    }

    private (long Before, long After) Same(long size, int axis)
    {
        long outputs = (size + Strides[axis] - 1) / Strides[axis];
        long total = Math.Max(0, (outputs - 1) * Strides[axis] + (Kernel[axis] - 1) * Dilations[axis] + 1 - size);
        long less = total / 2;
        return AutoPad == "SAME_UPPER" ? (less, total - less) : (total - less, less);
    }
}
