namespace SSAH.MLNet;

/// <summary>Planes of an image as red, green and blue of each pixel.</summary>
internal static class InterleavedRgb
{
    /// <summary>Three bytes for each pixel; a gray image has the same three.</summary>
    /// <param name="planes">[C, H, W].</param>
    /// <param name="shape">Its shape, of one channel or three.</param>
    public static byte[] Of(ReadOnlySpan<byte> planes, PixelShape shape)
    {
        int pixels = shape.Height * shape.Width;
        byte[] rgb = new byte[pixels * 3];
        for (int i = 0; i < rgb.Length; i++)
            rgb[i] = planes[(shape.Channels == 3 ? i % 3 * pixels : 0) + i / 3];
        return rgb;
    }
}
