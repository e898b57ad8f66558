using Microsoft.ML.OnnxRuntime;
using SSAH.MLNet.Onnx;
using SSAH.MLNet.Onnx.Wire;
using SSAH.MLNet.Training.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Onnx;

/// <summary>Small ONNX models, and the comparison that each must stand.</summary>
internal static class TestModels
{
    /// <summary>Name of the value that a model publishes.</summary>
    public const string Output = "features";

    /// <summary>A model of one image input whose last value is published as <see cref="Output"/>.</summary>
    public static byte[] Model(Func<OnnxGraph, string, string> build, int channels = 4, int side = 11)
    {
        var graph = new OnnxGraph("test");
        string image = graph.Input("image", -1, channels, side, side);
        graph.Output(Output, build(graph, image), TensorProto.Types.DataType.Float, -1, -1, -1, -1);
        return graph.ToBytes();
    }

    public static string Constant(OnnxGraph graph, int seed, params long[] shape)
    {
        using var generator = new Generator((ulong)seed, CPU);
        using var values = randn(shape, generator: generator) * 0.3;
        return graph.Constant(values.data<float>().ToArray(), shape);
    }

    public static float[] Run(byte[] model, float[] image, long[] shape)
    {
        using var session = new InferenceSession(model);
        using var run = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(image, shape);
        using var outputs = session.Run(run, ["image"], [input], [Output]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    public static float[] Noise(long[] shape)
    {
        using var generator = new Generator(11, CPU);
        using var values = randn(shape, generator: generator) * 2;
        return values.data<float>().ToArray();
    }

    /// <summary>The original in ONNX Runtime, the imported graph in TorchSharp, and its export in ONNX Runtime again must all agree.</summary>
    public static void AgreesBothWays(byte[] model, int channels = 4, int side = 11)
    {
        long[] shape = [3, channels, side, side];
        float[] image = Noise(shape);
        float[] expected = Run(model, image, shape);
        using var graph = new OnnxBackboneReader(model, Output, "test.onnx").Build();
        graph.eval();
        using var input = tensor(image, shape);
        using var torch = graph.forward(input).contiguous();
        byte[] again = Model((target, value) => graph.Export(target, value), channels, side);
        float[] exported = Run(again, image, shape);
        Assert.Equal(expected.Length, exported.Length);
        float[] ours = torch.data<float>().ToArray();
        Assert.Equal(expected.Length, ours.Length);
        Assert.True(expected.Max(Math.Abs) > 0.01, "The test's own model gives nothing but zeros.");
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], ours[i], 1e-4);
            Assert.Equal(expected[i], exported[i], 1e-4);
        }
    }
}
