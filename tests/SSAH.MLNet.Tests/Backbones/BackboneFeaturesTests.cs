using Microsoft.ML.OnnxRuntime;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Onnx;
using SSAH.MLNet.Onnx.Wire;

namespace SSAH.MLNet.Tests.Backbones;

public sealed class BackboneFeaturesTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"ssah-features-{Guid.NewGuid():N}.onnx");

    public void Dispose() => File.Delete(_file);

    /// <summary>As CNTK and Caffe2 write networks: one image of a fixed size, an average pooling over its whole last map, batch 1 in a reshape.</summary>
    private PretrainedNetwork FixedSizeNetwork(int side = 12, BackbonePreprocessing? preprocessing = null)
    {
        var graph = new OnnxGraph("fixed");
        string image = graph.Input("Pixels", 1, 3, side, side);
        string convolved = graph.Op("Relu", [graph.Op("Conv", [image, Weights(graph, 1, 8, 3, 3, 3)], ("strides", new[] { 2L, 2L }),
            ("pads", new[] { 1L, 1L, 1L, 1L }))]);
        string pooled = graph.Op("AveragePool", [convolved], ("kernel_shape", new[] { (long)side / 2, side / 2 }));
        graph.Output("features", graph.Op("Reshape", [pooled, graph.Constant([1L, 8L], 2)]), TensorProto.Types.DataType.Float, 1, 8);
        File.WriteAllBytes(_file, graph.ToBytes());
        return new PretrainedNetwork(_file, "features", preprocessing);
    }

    private static string Weights(OnnxGraph graph, int seed, params long[] shape)
    {
        var random = new Random(seed);
        return graph.Constant([.. Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(_ => (float)(random.NextDouble() - 0.5))], shape);
    }

    private static byte[] Pixels(int images, int size, int seed = 3)
    {
        byte[] pixels = new byte[images * size];
        new Random(seed).NextBytes(pixels);
        return pixels;
    }

    private static float[] Run(byte[] model, float[] image, long[] shape, string input, string output)
    {
        using var session = new InferenceSession(model);
        using var run = new RunOptions();
        using var value = OrtValue.CreateTensorValueFromMemory(image, shape);
        using var outputs = session.Run(run, [input], [value], [output]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    [Fact]
    public void Features_at_the_files_own_size_are_those_of_the_file_behind_its_preprocessing()
    {
        var preprocessing = new BackbonePreprocessing { Order = ChannelOrder.Bgr, Mean = [104, 117, 123], Scale = [0.5f, 1, 2] };
        using var features = BackboneFeatures.Open(FixedSizeNetwork(12, preprocessing), 12, 12);
        byte[] pixels = Pixels(1, 3 * 144);
        float[] prepared = new float[pixels.Length];
        for (int c = 0; c < 3; c++)
            for (int i = 0; i < 144; i++)
                prepared[c * 144 + i] = (pixels[(2 - c) * 144 + i] - preprocessing.Mean[c]) * preprocessing.Scale[c];
        float[] expected = Run(File.ReadAllBytes(_file), prepared, [1, 3, 12, 12], "Pixels", "features");
        float[] actual = new float[features.Length];
        features.Compute(pixels, 1, actual);
        Assert.Equal(8, features.Length);
        Assert.All(actual.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-3));
    }

    [Theory]
    [InlineData(12, 12)]
    [InlineData(31, 31)]
    [InlineData(8, 20)]
    public void Any_size_and_number_of_images_gives_each_image_its_own_features(int height, int width)
    {
        using var features = BackboneFeatures.Open(FixedSizeNetwork(), height, width, new HashEncodingOptions { BatchSize = 4, Workers = 3 });
        int size = features.InputShape.Size;
        byte[] pixels = Pixels(23, size);
        float[] together = new float[23 * features.Length], alone = new float[features.Length];
        features.Compute(pixels, 23, together);
        for (int i = 0; i < 23; i++)
        {
            features.Compute(pixels.AsMemory(i * size, size), 1, alone);
            Assert.Equal(alone, together.AsSpan(i * features.Length, features.Length));
        }
        float[] values = [.. pixels.Select(value => (float)value)], ofFloats = new float[together.Length];
        features.Compute(values, 23, ofFloats);
        Assert.Equal(together, ofFloats);
    }

    [Fact]
    public void A_hash_layer_behind_the_features_makes_an_encoder()
    {
        using var features = BackboneFeatures.Open(FixedSizeNetwork(), 16, 16);
        const int bits = 21;
        var random = new Random(4);
        float[] weight = [.. Enumerable.Range(0, bits * features.Length).Select(_ => (float)(random.NextDouble() - 0.5))],
            bias = [.. Enumerable.Range(0, bits).Select(_ => (float)(random.NextDouble() - 0.5))];
        using var encoder = new HashEncoder(features.ToHashModel(weight, bias, "Test", [new("note", "kept")]));
        Assert.Equal(new PixelShape(3, 16, 16), encoder.InputShape);
        Assert.Equal("kept", encoder.Metadata["note"]);
        byte[] pixels = Pixels(9, encoder.InputShape.Size);
        float[] computed = new float[9 * features.Length];
        features.Compute(pixels, 9, computed);
        BinaryCodes codes = encoder.Encode([.. pixels.Select(value => (float)value)]);
        int ones = 0;
        for (int row = 0; row < 9; row++)
            for (int bit = 0; bit < bits; bit++)
            {
                double projected = bias[bit] + Enumerable.Range(0, features.Length)
                    .Sum(f => (double)weight[bit * features.Length + f] * computed[row * features.Length + f]);
                bool set = (codes[row][bit / 64] >> (bit % 64) & 1) != 0;
                Assert.Equal(projected >= 0, set);
                ones += set ? 1 : 0;
            }
        Assert.InRange(ones, 1, 9 * bits - 1);
    }

    [Fact]
    public void A_hash_layer_behind_ResNet18_keeps_its_old_operator_set()
    {
        using var features = BackboneFeatures.Open(PretrainedNetwork.ResNet18, 32, 64);
        const int bits = 12;
        var random = new Random(4);
        float[] weight = [.. Enumerable.Range(0, bits * 512).Select(_ => (float)(random.NextDouble() - 0.5))];
        using var encoder = new HashEncoder(features.ToHashModel(weight, new float[bits], "Test"));
        byte[] pixels = Pixels(3, encoder.InputShape.Size);
        float[] computed = new float[3 * 512];
        features.Compute(pixels, 3, computed);
        float[] activations = encoder.EncodeActivations([.. pixels.Select(value => (float)value)]);
        for (int i = 0; i < activations.Length; i++)
            Assert.Equal(Math.Tanh(Enumerable.Range(0, 512).Sum(f => (double)weight[i % bits * 512 + f] * computed[i / bits * 512 + f])), activations[i], 1e-3);
    }

    [Fact]
    public void A_side_that_is_no_multiple_of_32_names_the_next_one_for_ResNet18()
    {
        var error = Assert.Throws<UnsupportedNetworkException>(() => BackboneFeatures.Open(PretrainedNetwork.ResNet18, 64, 100));
        Assert.Contains("64x100", error.Message, StringComparison.Ordinal);
        Assert.Contains("128", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_size_that_the_graph_cannot_take_is_an_error_that_names_file_and_size()
    {
        var graph = new OnnxGraph("dense");
        string image = graph.Input("image", -1, 3, 8, 8);
        graph.Output("features", graph.Op("Gemm", [graph.Op("Flatten", [image]), Weights(graph, 1, 192, 4)]), TensorProto.Types.DataType.Float, -1, 4);
        File.WriteAllBytes(_file, graph.ToBytes());
        var error = Assert.Throws<UnsupportedNetworkException>(() => BackboneFeatures.Open(new PretrainedNetwork(_file), 9, 9));
        Assert.Contains(Path.GetFileName(_file), error.Message, StringComparison.Ordinal);
        Assert.Contains("9x9", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_names_the_package_that_brings_it()
    {
        PretrainedNetwork moved = PretrainedNetwork.ResNet18 with { Path = "nowhere.onnx" };
        var error = Assert.Throws<FileNotFoundException>(() => BackboneFeatures.Open(moved, 64, 64));
        foreach (string part in new[] { "nowhere.onnx", "dotnet add package Microsoft.ML.DnnImageFeaturizer.ResNet18", "MIT" })
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(96)]
    [InlineData(224)]
    public void ResNet18_of_the_package_runs_at_any_side(int side)
    {
        using var features = BackboneFeatures.Open(PretrainedNetwork.ResNet18, side, side);
        Assert.Equal(512, features.Length);
        byte[] pixels = Pixels(2, features.InputShape.Size);
        float[] values = new float[2 * 512];
        features.Compute(pixels, 2, values);
        Assert.All(values, value => Assert.InRange(value, 0, 100));
        Assert.True(values.Count(value => value > 0) > 100);
        if (side != 224)
            return;
        // The file as it came, on the same image.
        float[] prepared = new float[3 * side * side];
        float[] mean = [103.06f, 115.90f, 123.15f];
        for (int i = 0; i < prepared.Length; i++)
            prepared[i] = pixels[(2 - i / (side * side)) * side * side + i % (side * side)] - mean[i / (side * side)];
        float[] expected = Run(File.ReadAllBytes(PretrainedNetwork.ResNet18.Path), prepared, [1, 3, side, side], "Input247", "Pooling395_Output_0");
        Assert.All(values.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-3));
    }
}
