namespace SSAH.MLNet;

/// <summary>The size of one image as a network sees it.</summary>
/// <param name="Channels">Number of color planes: 3 (red, green, blue) or 1 (gray).</param>
/// <param name="Height">Rows of pixels.</param>
/// <param name="Width">Pixels in a row.</param>
public readonly record struct PixelShape(int Channels, int Height, int Width)
{
    /// <summary>Number of values in one image, <c>Channels * Height * Width</c>.</summary>
    public int Size => checked(Channels * Height * Width);

    /// <summary>Writes the shape as <c>channels x height x width</c>, for example <c>3x32x32</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Channels}x{Height}x{Width}");
}
