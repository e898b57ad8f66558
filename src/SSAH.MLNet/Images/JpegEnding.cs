using SkiaSharp;

namespace SSAH.MLNet;

/// <summary>Tells a JPEG that lacks nothing but its end marker from one that lacks rows.</summary>
internal static class JpegEnding
{
    private const int FillLength = 512;

    /// <summary>Decodes a JPEG that ended too early with an end marker of our own.</summary>
    /// <remarks>The decoder accepts any file that has the marker. What follows the last row has no influence on the pixels; what stands in for
    /// missing rows has.</remarks>
    /// <param name="encoded">The file.</param>
    /// <param name="info">Size and layout to decode to.</param>
    /// <param name="pixels">Takes the pixels.</param>
    /// <returns>Whether all rows are there.</returns>
    public static bool IsMissingOnly(ReadOnlySpan<byte> encoded, SKImageInfo info, Span<byte> pixels)
    {
        ReadOnlySpan<byte> body = encoded is [.., 0xFF] ? encoded[..^1] : encoded;
        var fill = new byte[FillLength];
        new Random(1).NextBytes(fill);
        fill.AsSpan().Replace((byte)0xFF, (byte)0x5A);
        using var other = new PixelBuffer(info.BytesSize);
        return Decode([.. body, 0xFF, 0xD9], info, pixels)
            && Decode([.. body, .. fill, 0xFF, 0xD9], info, other.Span)
            && pixels.SequenceEqual(other.Span);
    }

    private static bool Decode(byte[] encoded, SKImageInfo info, Span<byte> pixels)
    {
        using SKData data = SKData.CreateCopy(encoded);
        using SKCodec? codec = SKCodec.Create(data);
        return codec is not null && ImageReader.Decode(codec, info, pixels) == SKCodecResult.Success;
    }
}
