using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>Bytes of a saved model: their number as an int32, then the bytes.</summary>
internal static class LengthPrefixedBytes
{
    private const int ChunkLength = 1 << 20;

    /// <summary>Reads a block from a file that may be hostile: memory grows with the bytes that are there, not with the claimed length.</summary>
    /// <exception cref="DamagedFileException">The length is out of range, or the stream ends early.</exception>
    public static byte[] Read(BinaryReader reader, string name)
    {
        Stream stream = reader.BaseStream;
        Span<byte> prefix = stackalloc byte[sizeof(int)];
        if (stream.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false) < prefix.Length)
            throw new DamagedFileException($"Part '{name}' of the saved model ends within its length: the file is damaged.");
        int length = System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(prefix);
        // What was saved can be read: the longest array is the only limit.
        if (length < 1 || length > Array.MaxLength)
            throw new DamagedFileException($"Part '{name}' of the saved model claims {length} bytes, not 1 to {Array.MaxLength}: the file is damaged.");
        byte[] bytes = new byte[Math.Min(length, ChunkLength)];
        int filled = 0;
        while (true)
        {
            int read = stream.Read(bytes, filled, bytes.Length - filled);
            if (read == 0)
                throw new DamagedFileException(
                    $"Part '{name}' of the saved model claims {length} bytes and ends after {filled}: the file is damaged.");
            filled += read;
            if (filled == length)
                return bytes;
            if (filled == bytes.Length)
                Array.Resize(ref bytes, (int)Math.Min(length, 2L * bytes.Length));
        }
    }
}
