using SSAH.MLNet.Onnx;
using SSAH.MLNet.Onnx.Wire;
using SSAH.MLNet.Training.Networks;
using SSAH.MLNet.Training.Networks.Layers;
using SSAH.MLNet.Training.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Networks;

/// <summary>libtorch's convolution kernels are not right for every shape: what the layer computes is held against float64.</summary>
public sealed class ConvolutionTests
{
    public static TheoryData<long, long, long, long, long, long, ScalarType, bool> Shapes
    {
        get
        {
            (long, long, long, long, long, long)[] shapes =
            [
                // inputs, outputs, groups, kernel, stride, side: wrong without the layer's detours in float32,
                (12, 40, 1, 3, 1, 16), (20, 48, 1, 3, 1, 16), (6, 8, 1, 3, 1, 16), (64, 24, 1, 3, 1, 16), (64, 40, 1, 5, 1, 16),
                // in float32 on AMD's Zen 5 (the second ends the process),
                (96, 512, 1, 1, 1, 16), (256, 1024, 1, 1, 1, 2), (16, 32, 16, 3, 1, 16), (24, 48, 24, 3, 2, 7),
                // in every number type (the process ends),
                (4, 8, 1, 1, 2, 32),
                // in bfloat16,
                (16, 16, 16, 3, 2, 16), (144, 144, 144, 3, 2, 16), (16, 16, 16, 5, 2, 16), (20, 20, 20, 3, 2, 16),
                // and right anyway.
                (3, 16, 1, 7, 2, 16), (3, 8, 1, 3, 2, 16), (32, 32, 1, 3, 1, 16), (24, 144, 1, 1, 1, 16), (96, 24, 1, 1, 1, 16), (32, 64, 1, 1, 2, 16),
                    (24, 24, 24, 3, 1, 16), (32, 32, 2, 3, 2, 16),
            ];
            var data = new TheoryData<long, long, long, long, long, long, ScalarType, bool>();
            foreach (var (inputs, outputs, groups, kernel, stride, side) in shapes)
            {
                data.Add(inputs, outputs, groups, kernel, stride, side, ScalarType.Float32, false);
                data.Add(inputs, outputs, groups, kernel, stride, side, ScalarType.Float32, true);
                data.Add(inputs, outputs, groups, kernel, stride, side, ScalarType.BFloat16, true);
            }
            // Gray images train in float32 only.
            data.Add(1, 32, 1, 3, 1, 16, ScalarType.Float32, false);
            data.Add(1, 32, 1, 3, 1, 16, ScalarType.Float32, true);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Values_and_gradients_are_those_of_double_precision(long inputs, long outputs, long groups, long kernel, long stride, long side,
        ScalarType type, bool channelsLast) => Check(inputs, outputs, groups, kernel, stride, side, type, channelsLast, CPU);

    /// <summary>Compares a layer on a device with float64 on the CPU.</summary>
    internal static void Check(long inputs, long outputs, long groups, long kernel, long stride, long side, ScalarType type, bool channelsLast,
        Device device)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(4, CPU);
        var weight = (randn([outputs, inputs / groups, kernel, kernel], generator: generator) * 0.1).to(type).to(ScalarType.Float32);
        var layer = Layer(weight, groups, stride, side).to(device);
        var images = randn([32, inputs, side, side], generator: generator).to(type);
        if (channelsLast)
            images = GraphOperator.ChannelsLast(images);
        double tolerance = type == ScalarType.Float32 ? 1e-4 : 2e-2;
        for (int repeat = 0; repeat < 3; repeat++)
        {
            // Memory that was used before shows a kernel that reads what nobody wrote.
            for (int i = 0; i < 4; i++)
                full([1 << 20], float.NaN).Dispose();
            layer.zero_grad();
            var (value, inputGradient, weightGradient) = Backward(layer.forward, images.to(device), layer.parameters().First());
            // Without the layer, whose detours the exact values must not take.
            var exactKernel = weight.to(ScalarType.Float64).requires_grad_(true);
            var (exactValue, exactInput, exactWeight) = Backward(
                x => nn.functional.conv2d(x, exactKernel, null, [stride, stride], [kernel / 2, kernel / 2], [1, 1], groups),
                images.to(ScalarType.Float64).contiguous(), exactKernel);
            AssertClose(exactValue, value.cpu(), tolerance);
            AssertClose(exactInput, inputGradient.cpu(), tolerance);
            AssertClose(exactWeight, weightGradient.cpu(), tolerance);
            // One map in the other order makes the backward pass of every layer before it reorder too, at twice the time. (A single channel is in both orders.)
            if (channelsLast && inputs > 1 && device.type == DeviceType.CPU)
                Assert.Equal((1, 1), (value.stride(1), inputGradient.stride(1)));
        }
    }

    private static (Tensor Value, Tensor InputGradient, Tensor WeightGradient) Backward(Func<Tensor, Tensor> forward, Tensor images, Tensor weight)
    {
        var leaf = images.detach().requires_grad_(true);
        var value = forward(leaf);
        using var generator = new Generator(5, CPU);
        value.backward([randn(value.shape, generator: generator).to(images.dtype).to(value.device)]);
        return (value.detach(), leaf.grad!, weight.grad!.clone());
    }

    private static void AssertClose(Tensor expected, Tensor actual, double tolerance)
    {
        double difference = (expected.to(ScalarType.Float64) - actual.to(ScalarType.Float64)).abs().max().ToDouble() / expected.abs().max().ToDouble();
        Assert.True(difference <= tolerance, $"differs by {difference} of the largest value");
    }

    private static OperatorGraph Layer(Tensor weight, long groups, long stride, long side)
    {
        var graph = new OnnxGraph("convolution");
        long pad = weight.shape[2] / 2;
        string image = graph.Input("image", -1, weight.shape[1] * groups, side, side);
        string result = graph.Op("Conv", [image, graph.Constant(weight.contiguous().data<float>().ToArray(), weight.shape)],
            ("group", groups), ("strides", new[] { stride, stride }), ("pads", new[] { pad, pad, pad, pad }));
        graph.Output("features", result, TensorProto.Types.DataType.Float, -1, -1, -1, -1);
        return new OnnxBackboneReader(graph.ToBytes(), "features", "convolution.onnx").Build();
    }
}
