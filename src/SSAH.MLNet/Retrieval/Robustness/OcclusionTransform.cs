namespace SSAH.MLNet.Robustness;

/// <summary>Covers a square of an image with gray.</summary>
/// <param name="left">Place between the left edge (0) and the right one (1).</param>
/// <param name="top">Place between the upper edge (0) and the lower one (1).</param>
/// <param name="share">Side of the square, as a share of the image's shorter side.</param>
internal sealed class OcclusionTransform(double left, double top, double share) : PlaneTransform
{
    internal const float Gray = 128;

    public override void Apply(ReadOnlySpan<float> source, PixelShape shape, Span<float> target)
    {
        source.CopyTo(target);
        (int x, int y, int side) = SquareIn(shape);
        for (int channel = 0; channel < shape.Channels; channel++)
            for (int row = y; row < y + side; row++)
                target.Slice((channel * shape.Height + row) * shape.Width + x, side).Fill(Gray);
    }

    /// <summary>The square, in pixels: at least one, and wholly inside.</summary>
    internal (int X, int Y, int Side) SquareIn(PixelShape shape)
    {
        int side = Math.Max(1, (int)Math.Round(share * Math.Min(shape.Width, shape.Height)));
        return ((int)Math.Round(left * (shape.Width - side)), (int)Math.Round(top * (shape.Height - side)), side);
    }
}
