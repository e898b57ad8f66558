using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Collections.Storage;

/// <summary>
/// A code, or the activations behind it, as it is stored: its bytes and a CRC-32C of image, model, number of bits and bytes. SQLite has no checksums of
/// its own, and a code with a turned bit would be found in the wrong place, silently.
/// </summary>
internal static class SealedBlob
{
    private const int ChecksumLength = sizeof(uint);

    /// <summary>A packed code.</summary>
    public static byte[] Of(long image, StoredModel model, ReadOnlySpan<byte> code) => Seal(image, model, code);

    /// <summary>Activations.</summary>
    public static byte[] Of(long image, StoredModel model, ReadOnlySpan<float> activations) => Seal(image, model, MemoryMarshal.AsBytes(activations));

    /// <summary>The packed code.</summary>
    /// <exception cref="DamagedFileException">It is not what was stored.</exception>
    public static ReadOnlySpan<byte> Code(string path, long image, StoredModel model, ReadOnlySpan<byte> blob) =>
        Open(path, image, model, blob, model.BytesPerCode, "code is");

    /// <summary>The activations.</summary>
    /// <exception cref="DamagedFileException">They are not what was stored.</exception>
    public static float[] Activations(string path, long image, StoredModel model, ReadOnlySpan<byte> blob) =>
        MemoryMarshal.Cast<byte, float>(Open(path, image, model, blob, model.Bits * sizeof(float), "activations are")).ToArray();

    private static byte[] Seal(long image, StoredModel model, ReadOnlySpan<byte> bytes)
    {
        var blob = new byte[bytes.Length + ChecksumLength];
        bytes.CopyTo(blob);
        BinaryPrimitives.WriteUInt32LittleEndian(blob.AsSpan(bytes.Length), Checksum(image, model, bytes));
        return blob;
    }

    private static ReadOnlySpan<byte> Open(string path, long image, StoredModel model, ReadOnlySpan<byte> blob, int length, string what)
    {
        ReadOnlySpan<byte> bytes = blob.Length == length + ChecksumLength ? blob[..length] : default;
        return !bytes.IsEmpty && BinaryPrimitives.ReadUInt32LittleEndian(blob[length..]) == Checksum(image, model, bytes)
            ? bytes
            : throw new DamagedFileException($"'{path}' is damaged: of image or record {image} the {what} not what was stored. Remove it and add it again.");
    }

    private static uint Checksum(long image, StoredModel model, ReadOnlySpan<byte> bytes)
    {
        Span<byte> key = stackalloc byte[3 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(key, image);
        BinaryPrimitives.WriteInt64LittleEndian(key[sizeof(long)..], model.Key);
        BinaryPrimitives.WriteInt64LittleEndian(key[(2 * sizeof(long))..], model.Bits);
        var checksum = new Crc32C();
        checksum.Append(key);
        checksum.Append(bytes);
        return checksum.Value;
    }
}
