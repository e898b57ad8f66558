namespace SSAH.MLNet;

/// <summary>Gray out of color, for networks that take one color plane.</summary>
internal static class GrayPixels
{
    /// <summary>Brightness by ITU-R BT.601, as image libraries do, rounded to whole numbers as images are stored.</summary>
    /// <param name="planes">Red, green and blue planes, 0 to 255.</param>
    /// <param name="gray">Takes a third as many values.</param>
    public static void FromRgb(ReadOnlySpan<byte> planes, Span<byte> gray)
    {
        ReadOnlySpan<byte> red = planes[..gray.Length], green = planes.Slice(gray.Length, gray.Length), blue = planes[(2 * gray.Length)..];
        for (int i = 0; i < gray.Length; i++)
            gray[i] = (byte)((299 * red[i] + 587 * green[i] + 114 * blue[i] + 500) / 1000);
    }
}
