using System.Collections.Concurrent;

namespace SSAH.MLNet.Duplicates;

/// <summary>Takes fineness from thumbnails.</summary>
internal static class Blurring
{
    private const int Side = ImageSignature.Side;
    private static readonly ConcurrentDictionary<int, float[]> s_coarse = new();

    /// <summary>The mean of each pixel and its eight neighbors, weighted 4, 2 and 1.</summary>
    /// <param name="plane">Rows of pixels.</param>
    /// <param name="width">Pixels of a row.</param>
    /// <param name="blurred">Takes as many values; not the same memory.</param>
    public static void Blur(ReadOnlySpan<float> plane, int width, Span<float> blurred)
    {
        int height = plane.Length / width;
        Span<float> column = stackalloc float[width];
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<float> above = plane.Slice(Math.Max(y - 1, 0) * width, width), here = plane.Slice(y * width, width);
            ReadOnlySpan<float> below = plane.Slice(Math.Min(y + 1, height - 1) * width, width);
            for (int x = 0; x < width; x++)
                column[x] = (above[x] + 2 * here[x] + below[x]) / 4;
            for (int x = 0; x < width; x++)
                blurred[y * width + x] = (column[Math.Max(x - 1, 0)] + 2 * column[x] + column[Math.Min(x + 1, width - 1)]) / 4;
        }
    }

    /// <summary>Scales the planes of a thumbnail down to some pixels and up again; what has as many pixels as the thumbnail or more stays.</summary>
    public static void Coarsen(Span<float> planes, int width, int height)
    {
        if (width >= Side && height >= Side)
            return;
        Span<float> result = stackalloc float[ImageSignature.Plane];
        float[] across = MapOf(width), down = MapOf(height);
        for (int channel = 0; channel < 3; channel++)
        {
            Span<float> plane = planes.Slice(channel * ImageSignature.Plane, ImageSignature.Plane);
            for (int y = 0; y < Side; y++)
                for (int x = 0; x < Side; x++)
                    result[y * Side + x] = Dot(across.AsSpan(x * Side, Side), plane[(y * Side)..], 1);
            for (int y = 0; y < Side; y++)
                for (int x = 0; x < Side; x++)
                    plane[y * Side + x] = Dot(down.AsSpan(y * Side, Side), result[x..], Side);
        }
    }

    private static float Dot(ReadOnlySpan<float> weights, ReadOnlySpan<float> values, int step)
    {
        float sum = 0;
        for (int i = 0; i < weights.Length; i++)
            sum += weights[i] * values[i * step];
        return sum;
    }

    // Row i: what each pixel of the thumbnail counts in pixel i of the coarse one blown up.
    private static float[] MapOf(int pixels) => s_coarse.GetOrAdd(Math.Min(pixels, Side), static coarse =>
    {
        AxisWeights down = AxisWeights.Of(Side, coarse, (double)Side / coarse), up = AxisWeights.Of(coarse, Side, (double)coarse / Side);
        var map = new float[Side * Side];
        for (int i = 0; i < Side; i++)
            for (int tap = 0; tap < up.Of(i).Length; tap++)
            {
                int pixel = up.FirstOf(i) + tap;
                for (int inner = 0; inner < down.Of(pixel).Length; inner++)
                    map[i * Side + down.FirstOf(pixel) + inner] += up.Of(i)[tap] * down.Of(pixel)[inner];
            }
        return map;
    });
}
