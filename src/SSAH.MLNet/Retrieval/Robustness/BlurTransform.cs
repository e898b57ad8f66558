using System.Numerics.Tensors;

namespace SSAH.MLNet.Robustness;

/// <summary>Gaussian blur, along rows and then along columns; edges are repeated.</summary>
/// <param name="sigma">Standard deviation in pixels of an image whose shorter side is <see cref="ReferenceSide"/>; it grows with the image.</param>
internal sealed class BlurTransform(double sigma) : PlaneTransform
{
    internal const int ReferenceSide = 64;

    // Beyond three standard deviations lies a quarter of a percent.
    private const int Reach = 3;

    public override void Apply(ReadOnlySpan<float> source, PixelShape shape, Span<float> target)
    {
        float[] weights = WeightsFor(sigma * Math.Min(shape.Width, shape.Height) / ReferenceSide);
        (int width, int plane) = (shape.Width, shape.Width * shape.Height);
        var across = new float[plane];
        var padded = new float[width + weights.Length - 1];
        for (int start = 0; start < source.Length; start += plane)
        {
            for (int row = 0; row < plane; row += width)
                BlurRow(source.Slice(start + row, width), weights, padded, across.AsSpan(row, width));
            BlurColumns(across, width, weights, target.Slice(start, plane));
        }
    }

    private static float[] WeightsFor(double deviation)
    {
        int radius = (int)Math.Ceiling(Reach * deviation);
        double[] bell = [.. Enumerable.Range(-radius, 2 * radius + 1).Select(i => radius == 0 ? 1 : Math.Exp(-i * i / (2 * deviation * deviation)))];
        double sum = bell.Sum();
        return [.. bell.Select(weight => (float)(weight / sum))];
    }

    private static void BlurRow(ReadOnlySpan<float> row, float[] weights, float[] padded, Span<float> blurred)
    {
        int radius = weights.Length / 2;
        padded.AsSpan(0, radius).Fill(row[0]);
        row.CopyTo(padded.AsSpan(radius));
        padded.AsSpan(radius + row.Length).Fill(row[^1]);
        blurred.Clear();
        for (int tap = 0; tap < weights.Length; tap++)
            TensorPrimitives.MultiplyAdd(padded.AsSpan(tap, row.Length), weights[tap], blurred, blurred);
    }

    private static void BlurColumns(ReadOnlySpan<float> plane, int width, float[] weights, Span<float> blurred)
    {
        (int height, int radius) = (plane.Length / width, weights.Length / 2);
        blurred.Clear();
        for (int y = 0; y < height; y++)
            for (int tap = 0; tap < weights.Length; tap++)
            {
                Span<float> row = blurred.Slice(y * width, width);
                TensorPrimitives.MultiplyAdd(plane.Slice(Math.Clamp(y + tap - radius, 0, height - 1) * width, width), weights[tap], row, row);
            }
    }
}
