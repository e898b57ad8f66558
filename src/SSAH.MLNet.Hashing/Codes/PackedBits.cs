namespace SSAH.MLNet.Hashing;

/// <summary>Conversion between packed bytes (least significant bit first) and zero-padded 64-bit words, on any byte order.</summary>
internal static class PackedBits
{
    public static void ToWords(ReadOnlySpan<byte> bytes, Span<ulong> words)
    {
        words.Clear();
        for (int i = 0; i < bytes.Length; i++)
            words[i >> 3] |= (ulong)bytes[i] << ((i & 7) * 8);
    }

    public static void ToBytes(ReadOnlySpan<ulong> words, Span<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(words[i >> 3] >> ((i & 7) * 8));
    }
}
