using SSAH.MLNet.Onnx;

namespace SSAH.MLNet.Tests.Encoder;

/// <summary>Small real hash models: convolution, ReLU, average pooling, linear layer, tanh; random weights from a seed.</summary>
internal static class TestHashModels
{
    private const int Filters = 16;

    public static readonly PixelShape Shape = new(3, 12, 10);

    public static byte[] Create(int bits, PixelShape? shape = null, int seed = 1) => Build(bits, shape ?? Shape, seed).ToBytes();

    /// <summary>The model's graph, for tests that spoil it.</summary>
    public static OnnxGraph Build(int bits, PixelShape shape, int seed = 1)
    {
        OnnxGraph graph = BuildWithoutMetadata(bits, shape, seed);
        graph.Metadata(HashModelContract.VersionKey, HashModelContract.Version);
        graph.Metadata(HashModelContract.ResizingKey, HashModelContract.CoverResizing);
        graph.Metadata(HashModelContract.BitsKey, $"{bits}");
        graph.Metadata(HashModelContract.MethodKey, "Random");
        return graph;
    }

    public static OnnxGraph BuildWithoutMetadata(int bits, PixelShape shape, int seed = 1)
    {
        var random = new Random(seed);
        var graph = new OnnxGraph("test");
        string pixels = graph.Input(HashModelContract.PixelInput, -1, shape.Channels, shape.Height, shape.Width);
        string scaled = graph.Op("Mul", [graph.Op("Sub", [pixels, graph.Constant([127f], 1)]), graph.Constant([1 / 64f], 1)]);
        string weights = graph.Constant(Normal(random, Filters * shape.Channels * 9, 0.3f), Filters, shape.Channels, 3, 3);
        string convolved = graph.Op("Conv", [scaled, weights, graph.Constant(Normal(random, Filters, 0.1f), Filters)],
            ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }), ("pads", new long[] { 1, 1, 1, 1 }));
        string pooled = graph.Op("Flatten", [graph.Op("GlobalAveragePool", [graph.Op("Relu", [convolved])])], ("axis", 1L));
        string linear = graph.Op("Gemm",
            [pooled, graph.Constant(Normal(random, Filters * bits, 2f), Filters, bits), graph.Constant(Normal(random, bits, 0.3f), bits)]);
        HashGraphTail.Append(graph, graph.Op("Tanh", [linear]), bits);
        return graph;
    }

    /// <summary>Random images [C,H,W], one array each.</summary>
    public static byte[][] Images(int count, PixelShape? shape = null, int seed = 7)
    {
        var random = new Random(seed);
        var images = new byte[count][];
        for (int i = 0; i < count; i++)
        {
            images[i] = new byte[(shape ?? Shape).Size];
            random.NextBytes(images[i]);
            // Images of one brightness each: pure noise averages out to nearly the same code.
            int brightness = random.Next(-128, 128);
            for (int j = 0; j < images[i].Length; j++)
                images[i][j] = (byte)Math.Clamp(images[i][j] / 2 + 64 + brightness, 0, 255);
        }
        return images;
    }

    public static float[] Flatten(IEnumerable<byte[]> images) => [.. images.SelectMany(image => image.Select(value => (float)value))];

    private static float[] Normal(Random random, int count, float deviation)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = deviation * (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        return values;
    }
}
