using SSAH.MLNet.Onnx;
using SSAH.MLNet.Training.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks.Layers;

/// <summary>2-D convolution, kept in float32, computed in the input's type.</summary>
internal sealed class Convolution : Layer
{
    private const long Block = 16;
    private readonly Parameter weight;
    private readonly Parameter? bias;
    private readonly Window _window;
    private readonly long _groups;

    /// <summary>A square convolution without bias (a normalization follows) that keeps the size but for its stride.</summary>
    public Convolution(long inputs, long outputs, long kernel, long stride = 1)
        : this(zeros(outputs, inputs, kernel, kernel), null, Window.Square(kernel, stride, kernel / 2), 1)
    {
    }

    private Convolution(Tensor weight, Tensor? bias, Window window, long groups) : base(nameof(Convolution))
    {
        this.weight = new Parameter(weight);
        this.bias = bias is null ? null : new Parameter(bias);
        _window = window;
        _groups = groups;
        RegisterComponents();
    }

    /// <summary>Reads a Conv node.</summary>
    public static Layer Read(OnnxNode node)
    {
        var weight = node.Floats(1);
        if (weight.dim() != 4)
            throw node.Unsupported($"a weight of {weight.dim()} dimensions; only images (4) are");
        var window = Window.Read(node, [weight.shape[2], weight.shape[3]]);
        long groups = node.Int("group", 1);
        if (groups < 1 || weight.shape[0] % groups != 0)
            throw node.Unsupported($"{groups} groups for {weight.shape[0]} channels");
        return new Convolution(weight, node.HasInput(2) ? node.Floats(2) : null, window, groups);
    }

    // Every detour is around kernels of libtorch 2.10 that give wrong values or gradients on some processor; ConvolutionTests holds each case against float64.
    // A GPU has other kernels, of cuDNN.
    public override Tensor forward(Tensor input)
    {
        if (input.device.type != DeviceType.CPU)
            return Convolve(input, Like(weight, input), bias is null ? null : Like(bias, input));
        if (IsPointwise && input.stride(1) == 1)
            return MultiplyPixels(input);
        if (IsWideningDepthwise || (input.dtype == ScalarType.BFloat16 && _groups > 1 && !IsPlainDepthwise))
            return ConvolveGroups(input);
        var (kernel, offset) = (Like(weight, input), bias is null ? null : Like(bias, input));
        return input.dtype == ScalarType.Float32 && _groups == 1 && NeedsWholeBlocks
            ? ConvolveWholeBlocks(input, kernel, offset) : Convolve(input, kernel, offset);
    }

    public override string Export(OnnxGraph graph, string value)
    {
        List<string> inputs = [value, graph.Constant(Values(weight), weight.shape)];
        if (bias is not null)
            inputs.Add(graph.Constant(Values(bias), bias.shape));
        return graph.Op("Conv", [.. inputs], _window.Attributes(("group", _groups)));
    }

    /// <summary>Whether it adds a number to each channel.</summary>
    public bool HasBias => bias is not null;

    private bool IsStrided => _window.Strides is not [1, 1];

    private bool IsPointwise => _groups == 1 && _window is { Kernel: [1, 1], Pads: [0, 0, 0, 0] };

    private bool IsWideningDepthwise => _groups > 1 && weight.shape[1] == 1 && weight.shape[0] > _groups;

    private bool IsPlainDepthwise => _groups == weight.shape[0] && weight.shape[1] == 1 && _window.Strides is [1, 1];

    // float32 on AVX-512: with kernels above 1x1 the backward pass reads beyond channels that do not fill a block.
    private bool NeedsWholeBlocks =>
        (_window.Kernel[0] > 1 || _window.Kernel[1] > 1) && (weight.shape[0] % Block != 0 || (weight.shape[1] > Block && weight.shape[1] % Block != 0));

    private Tensor Convolve(Tensor input, Tensor kernel, Tensor? offset)
    {
        var (value, padding) = _window.Pad(input, 0);
        return nn.functional.conv2d(value, kernel, offset, _window.Strides, padding, _window.Dilations, _groups);
    }

    // 1x1 with channels last is a product of pixels and weights. As a convolution it is wrong, or divides by zero, in float32 on AMD's Zen 5, and
    // with strides overruns its memory anywhere; in bfloat16 it is slower.
    private Tensor MultiplyPixels(Tensor input)
    {
        var pixels = input.permute(0, 2, 3, 1);
        if (IsStrided)
            pixels = pixels.slice(1, 0, input.shape[2], _window.Strides[0]).slice(2, 0, input.shape[3], _window.Strides[1]);
        return nn.functional.linear(pixels, Like(weight, input).flatten(1), bias is null ? null : Like(bias, input)).permute(0, 3, 1, 2);
    }

    // Several outputs per group: with channels last wrong in float32 on Zen 5. Groups in bfloat16: wrong gradients in all but the plainest cases.
    private Tensor ConvolveGroups(Tensor input)
    {
        var value = input.to(ScalarType.Float32);
        if (IsWideningDepthwise)
            value = value.contiguous();
        value = Convolve(value, weight, bias).to(input.dtype);
        return input.stride(1) == 1 ? ChannelsLast(value) : value;
    }

    private Tensor ConvolveWholeBlocks(Tensor input, Tensor kernel, Tensor? offset)
    {
        long outputs = kernel.shape[0], inputs = kernel.shape[1];
        long moreOutputs = (Block - outputs % Block) % Block, moreInputs = inputs > Block ? (Block - inputs % Block) % Block : 0;
        var value = moreInputs == 0 ? input : nn.functional.pad(input, [0, 0, 0, 0, 0, moreInputs]);
        var wide = nn.functional.pad(kernel, [0, 0, 0, 0, 0, moreInputs, 0, moreOutputs]);
        return Convolve(value, wide, offset is null ? null : nn.functional.pad(offset, [0, moreOutputs])).narrow(1, 0, outputs);
    }
}
