using System.Buffers.Binary;

namespace SSAH.MLNet.Hashing;

/// <summary>What a file holds.</summary>
internal enum HammingFileKind : uint
{
    Codes = 1,
    FlatIndex = 2,
    MultiHashIndex = 3,
}

/// <summary>
/// The first 128 bytes of a file, little-endian. Behind it come the codes as 64-bit words, row after row, then the ids (where there are any)
/// as 64-bit integers.
/// <code>
///   0  magic       89 48 41 4D 0D 0A 1A 0A
///   8  version     u32, 1
///  12  kind        u32, 1 codes, 2 flat index, 3 multi-hash index
///  16  bits        u32
///  20  has ids     u32, 0 or 1
///  24  count       u64
///  32  next id     i64
///  40  substrings  u32, 0 chooses
///  44  checksum    u32, CRC-32C of all that follows the header
///  48  length      u64, of the file
///  56  zeros
/// 124  checksum    u32, CRC-32C of the bytes before
/// </code>
/// </summary>
internal readonly record struct HammingFileHeader(HammingFileKind Kind, int Bits, bool HasIds, long Count, long NextId, int Substrings, uint Checksum)
{
    public const int Size = 128;

    private const uint Version = 1;

    // As in PNG: a byte that is no text, and line ends that a text transfer would change.
    private static ReadOnlySpan<byte> Magic => [0x89, (byte)'H', (byte)'A', (byte)'M', 0x0D, 0x0A, 0x1A, 0x0A];

    public long RowBytes => Count * ((Bits + 63) / 64) * sizeof(ulong);

    public long FileLength => Size + RowBytes + (HasIds ? Count * sizeof(long) : 0);

    public void Write(Span<byte> bytes)
    {
        bytes[..Size].Clear();
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], (uint)Kind);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[16..], Bits);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[20..], HasIds ? 1u : 0u);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], Count);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], NextId);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[40..], Substrings);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[44..], Checksum);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[48..], FileLength);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[124..], Crc32C.Of(bytes[..124]));
    }

    /// <summary>Reads a header and checks every field by itself and against the file's length.</summary>
    /// <exception cref="HammingFileException">Something is wrong; the message says what, without the file's name.</exception>
    public static HammingFileHeader Read(ReadOnlySpan<byte> bytes, long fileLength, HammingFileLimits limits)
    {
        if (bytes.Length < Size || !bytes.StartsWith(Magic))
            throw new HammingFileException("it is no file of binary codes");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (version != Version)
            throw new HammingFileException($"it has format version {version}; this library reads version {Version}");
        if (Crc32C.Of(bytes[..124]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[124..]))
            throw new HammingFileException("its header is damaged");
        uint hasIds = BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]);
        var header = new HammingFileHeader(
            (HammingFileKind)BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]), hasIds != 0,
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[40..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[44..]));
        bool valid = header.Kind is HammingFileKind.Codes or HammingFileKind.FlatIndex or HammingFileKind.MultiHashIndex
            && header.Bits is >= 1 and <= BinaryCodes.MaxBits && hasIds <= 1 && header.Count is >= 0 and <= int.MaxValue && header.NextId >= 0
            && (header.HasIds ? header.Kind != HammingFileKind.Codes : header.NextId >= header.Count)
            && MultiHashIndex.IsSubstringCount(header.Bits, header.Substrings) && bytes[56..124].IndexOfAnyExcept((byte)0) < 0;
        if (!valid)
            throw new HammingFileException("its header says what cannot be");
        if (header.Count > limits.MaxCodes)
            throw new HammingFileException($"it has {header.Count} codes, and the limits allow {limits.MaxCodes}");
        if (BinaryPrimitives.ReadInt64LittleEndian(bytes[48..]) != header.FileLength || fileLength != header.FileLength)
            throw new HammingFileException($"it has {fileLength} bytes and should have {header.FileLength}: is it cut off?");
        return header;
    }
}
