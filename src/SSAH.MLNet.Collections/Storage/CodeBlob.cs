using System.Buffers.Binary;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Collections.Storage;

/// <summary>
/// A code as it is stored: its packed bytes and a CRC-32C of image, model, number of bits and code. SQLite has no checksums of its own, and a code
/// with a turned bit would be found in the wrong place, silently.
/// </summary>
internal static class CodeBlob
{
    private const int ChecksumLength = sizeof(uint);

    public static byte[] Of(long image, StoredModel model, ReadOnlySpan<byte> code)
    {
        var blob = new byte[code.Length + ChecksumLength];
        code.CopyTo(blob);
        BinaryPrimitives.WriteUInt32LittleEndian(blob.AsSpan(code.Length), Checksum(image, model, code));
        return blob;
    }

    /// <summary>The packed code.</summary>
    /// <exception cref="DamagedFileException">It is not what was stored.</exception>
    public static ReadOnlySpan<byte> Read(string path, long image, StoredModel model, ReadOnlySpan<byte> blob)
    {
        ReadOnlySpan<byte> code = blob.Length == model.BytesPerCode + ChecksumLength ? blob[..model.BytesPerCode] : default;
        return !code.IsEmpty && BinaryPrimitives.ReadUInt32LittleEndian(blob[code.Length..]) == Checksum(image, model, code)
            ? code
            : throw new DamagedFileException($"'{path}' is a damaged collection: the code of image {image} is not what was stored. "
                + "Remove the image and sync its folder again.");
    }

    private static uint Checksum(long image, StoredModel model, ReadOnlySpan<byte> code)
    {
        Span<byte> key = stackalloc byte[3 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(key, image);
        BinaryPrimitives.WriteInt64LittleEndian(key[sizeof(long)..], model.Key);
        BinaryPrimitives.WriteInt64LittleEndian(key[(2 * sizeof(long))..], model.Bits);
        var checksum = new Crc32C();
        checksum.Append(key);
        checksum.Append(code);
        return checksum.Value;
    }
}
