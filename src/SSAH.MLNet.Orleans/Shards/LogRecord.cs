using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace SSAH.MLNet.Orleans.Shards;

/// <summary>What a record of a log says.</summary>
internal enum LogRecordKind
{
    /// <summary>Ids with codes, which take the place of what is there under these ids.</summary>
    Upsert = 1,

    /// <summary>Ids that are there no more.</summary>
    Remove = 2,

    /// <summary>The log's last record: what follows is in the next generation.</summary>
    Continued = 3,

    /// <summary>A log's first record: the operations of before that may still come a second time. Each is
    /// two of the ids, and a third says until when.</summary>
    Done = 4,
}

/// <summary>
/// A record of a log, little-endian: a header, the ids as 64-bit integers, the codes as 64-bit words, the model id as UTF-8 text.
/// <code>
///   0  kind        u32
///   4  count       u32, of ids
///   8  model       u32, bytes of the model id
///  12  checksum    u32, CRC-32C of what follows the header
///  16  position    u64, of this record in its file
///  24  operation   16 bytes: one that is there already is not done again
///  40  until       u32, seconds since 1970 UTC: the operation is not begun later
///  44  checksum    u32, CRC-32C of the bytes before
/// </code>
/// </summary>
internal readonly record struct LogRecord(LogRecordKind Kind, Guid Operation, long[] Ids, ulong[] Words, string? ModelId)
{
    public const int HeaderSize = 48;

    private const int ChecksumAt = 44;

    private const int MaxModelBytes = 1024;

    /// <summary>Seconds since 1970 UTC, after which it is not written: whoever sent it has given up.</summary>
    public uint Until { get; init; }

    public static LogRecord Continued { get; } = new(LogRecordKind.Continued, Guid.Empty, [], [], null);

    /// <summary>The record's bytes at a position of a file.</summary>
    public byte[] ToBytes(long position)
    {
        int model = ModelId is null ? 0 : Encoding.UTF8.GetByteCount(ModelId);
        var bytes = new byte[HeaderSize + (Ids.Length + Words.Length) * sizeof(long) + model];
        Span<byte> payload = bytes.AsSpan(HeaderSize);
        MemoryMarshal.AsBytes(Ids.AsSpan()).CopyTo(payload);
        MemoryMarshal.AsBytes(Words.AsSpan()).CopyTo(payload[(Ids.Length * sizeof(long))..]);
        if (model > 0)
            Encoding.UTF8.GetBytes(ModelId, payload[^model..]);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, (int)Kind);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), Ids.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), model);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), Crc32C.Of(payload));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), position);
        Operation.TryWriteBytes(bytes.AsSpan(24));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(40), Until);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ChecksumAt), Crc32C.Of(bytes.AsSpan(0, ChecksumAt)));
        return bytes;
    }

    /// <summary>The length of the payload that a header announces, or -1 where it is no header of a record at this position.</summary>
    public static long PayloadLength(ReadOnlySpan<byte> header, long position, int wordsPerCode)
    {
        if (Crc32C.Of(header[..ChecksumAt]) != BinaryPrimitives.ReadUInt32LittleEndian(header[ChecksumAt..])
            || BinaryPrimitives.ReadInt64LittleEndian(header[16..]) != position)
            return -1;
        var kind = (LogRecordKind)BinaryPrimitives.ReadInt32LittleEndian(header);
        int count = BinaryPrimitives.ReadInt32LittleEndian(header[4..]), model = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        if (kind is < LogRecordKind.Upsert or > LogRecordKind.Done || count < 0 || model is < 0 or > MaxModelBytes
            || (kind != LogRecordKind.Upsert && model > 0) || (kind == LogRecordKind.Done && count % 3 != 0) || (kind == LogRecordKind.Continued && count > 0))
            return -1;
        return (long)count * (1 + (kind == LogRecordKind.Upsert ? wordsPerCode : 0)) * sizeof(long) + model;
    }

    /// <summary>A record of its header and payload, or null where the payload is not what the header says.</summary>
    public static LogRecord? FromBytes(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload)
    {
        if (Crc32C.Of(payload) != BinaryPrimitives.ReadUInt32LittleEndian(header[12..]))
            return null;
        int count = BinaryPrimitives.ReadInt32LittleEndian(header[4..]), model = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        ReadOnlySpan<byte> ids = payload[..(count * sizeof(long))], words = payload[ids.Length..^model];
        return new LogRecord((LogRecordKind)BinaryPrimitives.ReadInt32LittleEndian(header), new Guid(header.Slice(24, 16)),
            MemoryMarshal.Cast<byte, long>(ids).ToArray(), MemoryMarshal.Cast<byte, ulong>(words).ToArray(),
            model == 0 ? null : Encoding.UTF8.GetString(payload[^model..]))
        {
            Until = BinaryPrimitives.ReadUInt32LittleEndian(header[40..]),
        };
    }
}
