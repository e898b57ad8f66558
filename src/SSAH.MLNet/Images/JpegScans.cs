namespace SSAH.MLNet;

/// <summary>Tells a JPEG of one scan, which is decoded row by row, from one of several (progressive), whose coefficients are kept until the last one.</summary>
internal static class JpegScans
{
    private const int MarkerLength = 2, LengthLength = 2, FrameComponents = 7, ScanComponents = 2;

    /// <summary>Whether the first scan has all components of a sequential frame; false where the header cannot be followed.</summary>
    /// <param name="encoded">The file.</param>
    public static bool IsOne(ReadOnlySpan<byte> encoded)
    {
        int components = 0;
        ReadOnlySpan<byte> left = encoded is [0xFF, 0xD8, ..] ? encoded[MarkerLength..] : [];
        while (left is [0xFF, var marker, var high, var low, ..])
        {
            if (marker == 0xFF)
            {
                left = left[1..];
                continue;
            }
            int length = (high << 8) | low;
            left = left[MarkerLength..];
            if (length < LengthLength || length > left.Length)
                return false;
            ReadOnlySpan<byte> segment = left[..length];
            switch (marker)
            {
                case 0xC0 or 0xC1 when length > FrameComponents:
                    components = segment[FrameComponents];
                    break;
                case 0xDA:
                    return length > ScanComponents && components > 0 && segment[ScanComponents] == components;
                // Tables, remarks and what applications keep; whatever else may be read in another way by the decoder.
                case 0xC4 or 0xDB or 0xDD or (>= 0xE0 and <= 0xEF) or 0xFE:
                    break;
                default:
                    return false;
            }
            left = left[length..];
        }
        return false;
    }
}
