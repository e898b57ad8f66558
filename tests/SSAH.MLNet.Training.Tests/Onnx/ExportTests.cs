using Microsoft.ML.OnnxRuntime;
using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training.Networks;
using SSAH.MLNet.Training.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Onnx;

public sealed class ExportTests
{
    /// <summary>A network whose statistics have seen data, so that a mistake in a normalization shows.</summary>
    private static HashNetwork Network(bool small, int bits, int side, bool averagesMirrorImage = false)
    {
        using var generator = new Generator(3, CPU);
        var network = new HashNetwork(small ? BackboneNetwork.SmallResNet(3, 16) : BackboneNetwork.ResNet18(3, 16), bits, classHeadSize: 5)
        {
            AveragesMirrorImage = averagesMirrorImage,
        };
        Initialization.Apply(network, generator);
        for (int i = 0; i < 5; i++)
        {
            using var scope = NewDisposeScope();
            network.call(randn(16, 3, side, side, generator: generator) * 2 + 0.5);
        }
        network.eval();
        return network;
    }

    private static TrainingSet Set(int side, int count)
    {
        var builder = new TrainingSet.Builder(new PixelShape(3, side, side));
        var random = new Random(4);
        for (int i = 0; i < count; i++)
            random.NextBytes(builder.Add([i % 2]));
        return builder.Build(2, false, null, 0, 1);
    }

    private static MiniBatchSource Batches(TrainingSet set) =>
        new(set, ImageNormalization.Measure(set), new ImageAugmentation(0, false, 0), () => new Random(1), CPU);

    [Theory]
    [InlineData(true, 48, 32, true)]
    [InlineData(true, 12, 16, false)]
    [InlineData(true, 1, 20, true)]
    [InlineData(false, 64, 64, false)]
    [InlineData(false, 21, 96, true)]
    public void TorchSharp_and_ONNX_Runtime_agree(bool small, int bits, int side, bool averagesMirrorImage)
    {
        using var network = Network(small, bits, side, averagesMirrorImage);
        var set = Set(side, 20);
        byte[] model = HashModelExporter.Export(network, set.Shape, ImageNormalization.Measure(set), []);
        Assert.InRange(ExportVerification.Check(model, network, set, Batches(set), images: 64), 0, ExportVerification.Tolerance);
    }

    [Fact]
    public void A_wrong_export_is_caught()
    {
        using var network = Network(true, 16, 16);
        using var other = Network(true, 16, 16);
        var set = Set(16, 20);
        byte[] model = HashModelExporter.Export(network, set.Shape, ImageNormalization.Measure(set), []);
        using (no_grad())
            other.parameters().First().add_(0.05);
        Assert.Throws<InvalidOperationException>(() => ExportVerification.Check(model, other, set, Batches(set), images: 64));
        Assert.Throws<InvalidOperationException>(() =>
            ExportVerification.Check(model, other, set, Batches(set), images: 4, ExportVerification.ToleranceBeforeTraining));
    }

    [Fact]
    public void The_same_network_gives_the_same_bytes()
    {
        using var network = Network(true, 16, 16);
        byte[] Export() => HashModelExporter.Export(network, new PixelShape(3, 16, 16), new ImageNormalization([1, 2, 3], [4, 5, 6]),
            [new("b", "1"), new("a", "2")]);
        Assert.Equal(Export(), Export());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_image_and_its_mirror_image_have_one_code_where_activations_are_averaged(bool averages)
    {
        using var network = Network(true, 40, 16, averages);
        byte[] model = HashModelExporter.Export(network, new PixelShape(3, 16, 16), new ImageNormalization([120, 120, 120], [60, 60, 60]), []);
        using var session = new InferenceSession(model);
        float[] pixels = [.. Enumerable.Range(0, 5 * 768).Select(i => (float)(i * 7919 % 256))];
        float[] mirrored = [.. Enumerable.Range(0, pixels.Length).Select(i => pixels[i / 16 * 16 + 15 - i % 16])];
        float[] Run(float[] images)
        {
            using var run = new RunOptions();
            using var input = OrtValue.CreateTensorValueFromMemory(images, [5, 3, 16, 16]);
            using var output = session.Run(run, ["Pixels"], [input], ["HashCodeActivation"]);
            return output[0].GetTensorDataAsSpan<float>().ToArray();
        }
        float difference = Run(pixels).Zip(Run(mirrored), (one, other) => Math.Abs(one - other)).Max();
        Assert.Equal(averages, difference < 1e-5f);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Codes_do_not_depend_on_how_the_batch_is_cut(bool averagesMirrorImage)
    {
        using var network = Network(true, 12, 16, averagesMirrorImage);
        byte[] model = HashModelExporter.Export(network, new PixelShape(3, 16, 16), new ImageNormalization([120, 120, 120], [60, 60, 60]), []);
        using var session = new InferenceSession(model);
        float[] pixels = [.. Enumerable.Range(0, 6 * 768).Select(i => (float)(i * 7919 % 256))];
        byte[] Run(int start, int count)
        {
            using var run = new RunOptions();
            using var input = OrtValue.CreateTensorValueFromMemory(pixels[(start * 768)..((start + count) * 768)], [count, 3, 16, 16]);
            using var output = session.Run(run, ["Pixels"], [input], ["HashCode"]);
            return output[0].GetTensorDataAsSpan<byte>().ToArray();
        }
        byte[] cut = [.. Run(0, 1), .. Run(1, 2), .. Run(3, 3)];
        Assert.Equal(Run(0, 6), cut);
    }
}
