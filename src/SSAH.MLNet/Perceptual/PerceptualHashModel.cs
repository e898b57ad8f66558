using SSAH.MLNet.Onnx;

namespace SSAH.MLNet.Perceptual;

/// <summary>
/// Perceptual hashes as hash models: left . gray . right gives one number for a frequency, or for a pair of neighboring cells; the numbers are
/// brought to length 1, and a number of one bit is compared with a small threshold, so that what is next to zero (symmetric images, plain
/// backgrounds) is 0 in every copy.
/// </summary>
internal static class PerceptualHashModel
{
    // Brightness by ITU-R BT.601.
    private static readonly float[] s_brightness = [0.299f, 0.587f, 0.114f];

    /// <summary>Code lengths that there are.</summary>
    public static IReadOnlyList<int> Lengths { get; } = [64, 256];

    /// <summary>Side of the images that a hash takes: two pixels at least for the finest frequency.</summary>
    public static int SideOf(int bits) => bits == 64 ? 32 : 64;

    /// <summary>
    /// What an activation has been lowered by: a share of the numbers' root mean square that was chosen on transformed copies (docs/duplicates.md).
    /// </summary>
    public static float OffsetOf(PerceptualHashKind kind, int bits) => (float)((kind == PerceptualHashKind.Dct ? 0.05 : 0.1) / Math.Sqrt(bits));

    /// <summary>
    /// Length that the numbers are divided by at least, that of an image whose gray levels deviate by 1 from their mean, or whose neighboring cells
    /// differ by half a level: an image of one color has the code of zeros, not of noise.
    /// </summary>
    public static float LeastLengthOf(PerceptualHashKind kind, int bits) => (float)(kind == PerceptualHashKind.Dct ? SideOf(bits) : 0.5 * Math.Sqrt(bits));

    /// <summary>The bytes of the model. They do not depend on the library's version, so that codes can be compared for good.</summary>
    public static byte[] Build(PerceptualHashKind kind, int bits)
    {
        int side = SideOf(bits);
        var graph = new OnnxGraph("perceptual");
        string pixels = graph.Input(HashModelContract.PixelInput, -1, 3, side, side);
        string gray = graph.Op("Conv", [pixels, graph.Constant(s_brightness, 1, 3, 1, 1)]);
        (float[,] left, float[,] right, long[] chosen) = kind == PerceptualHashKind.Dct ? Frequencies(bits, side) : Differences(bits, side);
        string all = graph.Op("MatMul", [graph.Op("MatMul", [Constant(graph, left), gray]), Constant(graph, right)]);
        string numbers = graph.Op("Gather", [graph.Op("Flatten", [all], ("axis", 1L)), graph.Constant(chosen, bits)], ("axis", 1L));
        string squares = graph.Op("MatMul", [graph.Op("Mul", [numbers, numbers]), graph.Constant([.. Enumerable.Repeat(1f, bits)], bits, 1)]);
        string length = graph.Op("Max", [graph.Op("Sqrt", [squares]), graph.Constant([LeastLengthOf(kind, bits)], 1)]);
        string activation = graph.Op("Sub", [graph.Op("Div", [numbers, length]), graph.Constant([OffsetOf(kind, bits)], 1)]);
        HashGraphTail.Append(graph, activation, bits);
        HashGraphTail.Describe(graph, bits, $"Perceptual{kind}");
        graph.Metadata(HashModelContract.ResizingKey, HashModelContract.StretchResizing);
        graph.Metadata(HashModelContract.LibraryKey, "SSAH.MLNet");
        return graph.ToBytes();
    }

    /// <summary>
    /// The frequencies (down, across) of a DCT hash, bit by bit: all but (0, 0) by their sum, those of one sum from the axes inward, each beside its
    /// mirror image, so that turning an image leads from frequencies of the hash to frequencies of the hash.
    /// </summary>
    public static IEnumerable<(int Down, int Across)> FrequenciesOf(int bits) =>
        Enumerable.Range(1, bits).SelectMany(sum => Enumerable.Range(0, sum + 1)
            .OrderByDescending(down => Math.Abs(sum - 2 * down)).ThenBy(down => down).Select(down => (down, sum - down))).Take(bits);

    private static (float[,] Left, float[,] Right, long[] Chosen) Frequencies(int bits, int side)
    {
        (int Down, int Across)[] chosen = [.. FrequenciesOf(bits)];
        int count = chosen.Max(each => each.Down) + 1;
        float[,] left = new float[count, side], right = new float[side, count];
        for (int frequency = 0; frequency < count; frequency++)
            for (int i = 0; i < side; i++)
            {
                double scale = Math.Sqrt((frequency == 0 ? 1.0 : 2.0) / side);
                right[i, frequency] = left[frequency, i] = Rounded(scale * Math.Cos(Math.PI * frequency * (2 * i + 1) / (2 * side)));
            }
        return (left, right, [.. chosen.Select(each => (long)each.Down * count + each.Across)]);
    }

    private static (float[,] Left, float[,] Right, long[] Chosen) Differences(int bits, int side)
    {
        int cells = (int)Math.Sqrt(bits);
        float[,] left = Means(cells, side), columns = Means(cells + 1, side), right = new float[side, cells];
        for (int i = 0; i < side; i++)
            for (int cell = 0; cell < cells; cell++)
                right[i, cell] = columns[cell + 1, i] - columns[cell, i];
        return (left, right, [.. Enumerable.Range(0, bits).Select(bit => (long)bit)]);
    }

    /// <summary>Mean of each of some cells of equal width; a pixel on a border counts for both by its share.</summary>
    private static float[,] Means(int cells, int side)
    {
        var means = new float[cells, side];
        double width = (double)side / cells;
        for (int cell = 0; cell < cells; cell++)
            for (int i = 0; i < side; i++)
                means[cell, i] = Rounded(Math.Max(0, Math.Min(i + 1, (cell + 1) * width) - Math.Max(i, cell * width)) / width);
        return means;
    }

    // Processors may round the last digit of a cosine otherwise, and the model's id is the hash of its bytes.
    private static float Rounded(double value) => (float)Math.Round(value, 7);

    private static string Constant(OnnxGraph graph, float[,] matrix) =>
        graph.Constant([.. matrix.Cast<float>()], matrix.GetLength(0), matrix.GetLength(1));
}
