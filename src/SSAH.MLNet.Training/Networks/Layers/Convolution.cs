using SSAH.MLNet.Training.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks.Layers;

/// <summary>2-D convolution without bias (a normalisation follows), kept in float32, computed in the input's type.</summary>
internal sealed class Convolution : Layer
{
    private readonly Parameter weight;
    private readonly long _stride;
    private readonly long _padding;

    public Convolution(long inputs, long outputs, long kernel, long stride = 1) : base(nameof(Convolution))
    {
        _stride = stride;
        _padding = kernel / 2;
        weight = new Parameter(zeros(outputs, inputs, kernel, kernel));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        var kernel = input.dtype == weight.dtype ? weight : weight.to(input.dtype);
        return nn.functional.conv2d(input, kernel, null, [_stride, _stride], [_padding, _padding]);
    }

    public override string Export(OnnxGraph graph, string value)
    {
        long[] shape = weight.shape;
        return graph.Op("Conv", [value, graph.Constant(Values(weight), shape)],
            ("kernel_shape", new[] { shape[2], shape[3] }),
            ("strides", new[] { _stride, _stride }),
            ("pads", new[] { _padding, _padding, _padding, _padding }));
    }
}
