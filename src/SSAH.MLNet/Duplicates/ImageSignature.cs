using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Duplicates;

/// <summary>What is kept of an image while duplicates are looked for: 3 KB of thumbnail and some 200 bytes.</summary>
/// <param name="Path">Path of the file.</param>
/// <param name="Width">Width in pixels, upright.</param>
/// <param name="Height">Height in pixels, upright.</param>
/// <param name="FileSize">Bytes of the file.</param>
/// <param name="Written">When the file was written, in ticks; 0 where nobody asks.</param>
/// <param name="Content">Half of the SHA-256 of the file.</param>
/// <param name="Thumbnail">Red, green and blue planes of <see cref="Side"/> pixels a side, the whole image stretched to them.</param>
/// <param name="Codes">Perceptual hashes of its <see cref="ImageViews"/>.</param>
internal sealed record ImageSignature(string Path, int Width, int Height, long FileSize, long Written, UInt128 Content, byte[] Thumbnail, ulong[] Codes)
{
    /// <summary>Side of the thumbnail.</summary>
    public const int Side = 32;

    /// <summary>Pixels of a plane.</summary>
    public const int Plane = Side * Side;

    private const double LeastDeviation = 1;

    /// <summary>Whether it shows nothing: its values deviate by less than 1 of 255 levels from the mean color.</summary>
    public bool IsUniform { get; } = DeviationOf(Thumbnail) < LeastDeviation;

    /// <summary>Number of bits in which two views differ.</summary>
    public static int Distance(ulong first, ulong second) => System.Numerics.BitOperations.PopCount(first ^ second);

    private static double DeviationOf(byte[] thumbnail)
    {
        double squares = 0;
        for (int channel = 0; channel < 3; channel++)
        {
            ReadOnlySpan<byte> plane = thumbnail.AsSpan(channel * Plane, Plane);
            double sum = 0, sumOfSquares = 0;
            foreach (byte value in plane)
                (sum, sumOfSquares) = (sum + value, sumOfSquares + value * value);
            squares = Math.Max(squares, sumOfSquares / Plane - sum / Plane * (sum / Plane));
        }
        return Math.Sqrt(squares);
    }
}
