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
/// The first 128 bytes of a file, little-endian. Behind it come the codes as 64-bit words, row after row; the ids as 64-bit integers; the keys
/// (their lengths in bytes as u32, all ones for a code without one, then their UTF-8 text); the model id as UTF-8 text. All but the codes may be
/// missing.
/// <code>
///   0  magic        89 48 41 4D 0D 0A 1A 0A
///   8  version      u32, 2 (1 has neither keys nor model id)
///  12  kind         u32, 1 codes, 2 flat index, 3 multi-hash index
///  16  bits         u32
///  20  has ids      u32, 0 or 1
///  24  count        u64
///  32  next id      i64
///  40  substrings   u32, 0 chooses
///  44  checksum     u32, CRC-32C of all that follows the header
///  48  length       u64, of the file
///  56  key bytes    u64, 0 without keys
///  64  model bytes  u32, 0 where the model is not known
///  68  zeros
/// 124  checksum     u32, CRC-32C of the bytes before
/// </code>
/// </summary>
internal readonly record struct HammingFileHeader
{
    public const int Size = 128;

    private const uint Version = 2;

    public required HammingFileKind Kind { get; init; }

    public required int Bits { get; init; }

    public bool HasIds { get; init; }

    public required long Count { get; init; }

    public required long NextId { get; init; }

    public int Substrings { get; init; }

    public uint Checksum { get; init; }

    public long KeyBytes { get; init; }

    public int ModelBytes { get; init; }

    // As in PNG: a byte that is no text, and line ends that a text transfer would change.
    private static ReadOnlySpan<byte> Magic => [0x89, (byte)'H', (byte)'A', (byte)'M', 0x0D, 0x0A, 0x1A, 0x0A];

    public long RowBytes => Count * ((Bits + 63) / 64) * sizeof(ulong);

    public long FileLength => Size + RowBytes + (HasIds ? Count * sizeof(long) : 0) + KeyBytes + ModelBytes;

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
        BinaryPrimitives.WriteInt64LittleEndian(bytes[56..], KeyBytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[64..], ModelBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[124..], Crc32C.Of(bytes[..124]));
    }

    /// <summary>Reads a header and checks every field by itself and against the file's length.</summary>
    /// <exception cref="DamagedFileException">Something is wrong; the message is a sentence without the file's name.</exception>
    public static HammingFileHeader Read(ReadOnlySpan<byte> bytes, long fileLength, ReadingLimits limits)
    {
        if (bytes.Length < Size || !bytes.StartsWith(Magic))
            throw new DamagedFileException("it is not a file of binary codes.");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (version is 0 or > Version)
            throw new DamagedFileException($"it has format version {version}, and this library reads versions 1 to {Version}: update the library.");
        if (Crc32C.Of(bytes[..124]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[124..]))
            throw new DamagedFileException("its header is damaged.");
        uint hasIds = BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]);
        var header = new HammingFileHeader
        {
            Kind = (HammingFileKind)BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]),
            Bits = BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]),
            HasIds = hasIds != 0,
            Count = BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            NextId = BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]),
            Substrings = BinaryPrimitives.ReadInt32LittleEndian(bytes[40..]),
            Checksum = BinaryPrimitives.ReadUInt32LittleEndian(bytes[44..]),
            KeyBytes = BinaryPrimitives.ReadInt64LittleEndian(bytes[56..]),
            ModelBytes = BinaryPrimitives.ReadInt32LittleEndian(bytes[64..]),
        };
        int known = version == 1 ? 56 : 68;
        if (!header.IsPossible || hasIds > 1 || bytes[known..124].IndexOfAnyExcept((byte)0) >= 0)
            throw new DamagedFileException("its header says what cannot be: it is damaged.");
        if (header.Bits > limits.MaxBits)
            throw new DamagedFileException($"it has codes of {header.Bits} bits, and the limits allow {limits.MaxBits}.");
        if (header.Count > limits.MaxRows)
            throw new DamagedFileException($"it has {header.Count} codes, and the limits allow {limits.MaxRows}.");
        if (BinaryPrimitives.ReadInt64LittleEndian(bytes[48..]) != header.FileLength || fileLength != header.FileLength)
            throw new DamagedFileException($"it has {fileLength} bytes and should have {header.FileLength}: was it cut off?");
        return header;
    }

    private bool IsPossible =>
        Kind is HammingFileKind.Codes or HammingFileKind.FlatIndex or HammingFileKind.MultiHashIndex
        && Bits is >= 1 and <= BinaryCodes.MaxBits && Count is >= 0 and <= int.MaxValue && NextId >= 0
        && (HasIds ? Kind != HammingFileKind.Codes : NextId >= Count)
        && (Kind == HammingFileKind.MultiHashIndex ? MultiHashIndex.Fits(Bits, Substrings) : Substrings == 0)
        && (KeyBytes == 0 || (Kind != HammingFileKind.Codes && KeyBytes >= Count * sizeof(uint)))
        && KeyBytes is >= 0 and <= 1L << 40 && ModelBytes is >= 0 and <= BinaryCodes.MaxModelIdBytes;
}
