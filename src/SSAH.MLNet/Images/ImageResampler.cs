using System.Buffers;
using System.Drawing;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SSAH.MLNet;

/// <summary>Decoded pixels: red, green, blue, alpha; the colors multiplied by alpha.</summary>
internal readonly ref struct DecodedPixels(ReadOnlySpan<byte> rgba, int rowPixels, int width, int height, bool isOpaque)
{
    /// <summary>Four bytes per pixel.</summary>
    public ReadOnlySpan<byte> Rgba { get; } = rgba;

    /// <summary>Pixels from one row to the next.</summary>
    public int RowPixels { get; } = rowPixels;

    /// <summary>Pixels of a row that count.</summary>
    public int Width { get; } = width;

    /// <summary>Number of rows that count.</summary>
    public int Height { get; } = height;

    /// <summary>Whether every alpha is 255.</summary>
    public bool IsOpaque { get; } = isOpaque;
}

/// <summary>
/// Scales an image so that it covers the target, and cuts off both ends evenly, or stretches it over the target. Every result is the mean of the
/// pixels under a triangle as wide as the scale, rounded once: nothing aliases, every target pixel is covered by the image, and an image of the
/// target's size keeps its bytes. The same on every processor, because no sum depends on the width of its registers.
/// </summary>
internal static class ImageResampler
{
    private const int Channels = 4;

    /// <summary>Scales the image, puts it on the background and places it upright.</summary>
    public static void Resample(in DecodedPixels image, in PixelPlacement placement, ImageResizing resizing, Color background, Span<byte> rgb)
    {
        double across = (double)image.Width / placement.Width, down = (double)image.Height / placement.Height;
        if (resizing == ImageResizing.Cover)
            across = down = Math.Min(across, down);
        var columns = AxisWeights.Of(image.Width, placement.Width, across);
        var rows = AxisWeights.Of(image.Height, placement.Height, down);
        Vector128<float> behind = image.IsOpaque ? default : Vector128.Create(background.R, background.G, background.B, 0f) / 255f;
        float[] rented = ArrayPool<float>.Shared.Rent((columns.End - columns.Start) * Channels);
        Span<float> sums = rented.AsSpan(0, (columns.End - columns.Start) * Channels);
        for (int y = 0; y < placement.Height; y++)
        {
            sums.Clear();
            ReadOnlySpan<float> weights = rows.Of(y);
            for (int tap = 0; tap < weights.Length; tap++)
                AddWeighted(image.Rgba.Slice(((rows.FirstOf(y) + tap) * image.RowPixels + columns.Start) * Channels, sums.Length), weights[tap], sums);
            int at = placement.Start + y * placement.StepY;
            for (int x = 0; x < placement.Width; x++, at += placement.StepX)
            {
                Vector128<float> mean = Mean(sums[((columns.FirstOf(x) - columns.Start) * Channels)..], columns.Of(x));
                Vector128<int> color = Vector128.ConvertToInt32(mean + behind * (255f - mean[3]) + Vector128.Create(0.5f));
                rgb[at] = (byte)Math.Min(color[0], 255);
                rgb[at + placement.StepColor] = (byte)Math.Min(color[1], 255);
                rgb[at + 2 * placement.StepColor] = (byte)Math.Min(color[2], 255);
            }
        }
        ArrayPool<float>.Shared.Return(rented);
    }

    private static void AddWeighted(ReadOnlySpan<byte> row, float weight, Span<float> sums)
    {
        int done = 0;
        for (; done <= row.Length - Vector<byte>.Count; done += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(row[done..]), out Vector<ushort> low, out Vector<ushort> high);
            Vector.Widen(low, out Vector<uint> first, out Vector<uint> second);
            Vector.Widen(high, out Vector<uint> third, out Vector<uint> fourth);
            Span<Vector<float>> target = MemoryMarshal.Cast<float, Vector<float>>(sums.Slice(done, Vector<byte>.Count));
            target[0] += Vector.ConvertToSingle(Vector.AsVectorInt32(first)) * weight;
            target[1] += Vector.ConvertToSingle(Vector.AsVectorInt32(second)) * weight;
            target[2] += Vector.ConvertToSingle(Vector.AsVectorInt32(third)) * weight;
            target[3] += Vector.ConvertToSingle(Vector.AsVectorInt32(fourth)) * weight;
        }
        for (; done < row.Length; done++)
            sums[done] += row[done] * weight;
    }

    private static Vector128<float> Mean(ReadOnlySpan<float> pixels, ReadOnlySpan<float> weights)
    {
        ReadOnlySpan<Vector128<float>> each = MemoryMarshal.Cast<float, Vector128<float>>(pixels);
        Vector128<float> sum = default;
        for (int tap = 0; tap < weights.Length; tap++)
            sum += each[tap] * weights[tap];
        return sum;
    }
}
