namespace SSAH.MLNet.Robustness;

/// <summary>Turns and scales an image about its center, with bilinear interpolation; what lies outside repeats the nearest edge.</summary>
/// <remarks>Whole turns of 90 degrees of a square move values and change none.</remarks>
internal sealed class AffineTransform : PlaneTransform
{
    private readonly double _cos;
    private readonly double _sin;

    /// <param name="degrees">Clockwise angle.</param>
    /// <param name="scale">Above 1 enlarges.</param>
    public AffineTransform(double degrees, double scale)
    {
        // In units of half turns sine and cosine of a right angle are exactly 0 and 1.
        (double sin, double cos) = double.SinCosPi(degrees / 180);
        (_sin, _cos) = (sin / scale, cos / scale);
    }

    public override void Apply(ReadOnlySpan<float> source, PixelShape shape, Span<float> target)
    {
        (int width, int height) = (shape.Width, shape.Height);
        double centerX = (width - 1) / 2.0, centerY = (height - 1) / 2.0;
        for (int y = 0, at = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++, at++)
            {
                // Where the pixel comes from: the way back.
                (double dx, double dy) = (x - centerX, y - centerY);
                (int left, int right, float across) = Around(centerX + _cos * dx + _sin * dy, width);
                (int above, int below, float down) = Around(centerY - _sin * dx + _cos * dy, height);
                for (int plane = 0; plane < source.Length; plane += width * height)
                {
                    ReadOnlySpan<float> upper = source.Slice(plane + above * width, width), lower = source.Slice(plane + below * width, width);
                    float top = Mix(upper[left], upper[right], across), bottom = Mix(lower[left], lower[right], across);
                    target[plane + at] = Mix(top, bottom, down);
                }
            }
        }
    }

    private static (int Before, int After, float Share) Around(double position, int size)
    {
        double inside = Math.Clamp(position, 0, size - 1);
        int before = (int)inside;
        return (before, Math.Min(before + 1, size - 1), (float)(inside - before));
    }

    private static float Mix(float a, float b, float share) => a + share * (b - a);
}
