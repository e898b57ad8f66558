using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace SSAH.MLNet.Orleans.Shards;

/// <summary>A log that is read from its beginning, record by record, while another process may append to it.</summary>
/// <remarks>
/// The file begins with 64 bytes, little-endian:
/// <code>
///   0  magic       89 48 53 4C 0D 0A 1A 0A
///   8  version     u32, 1
///  12  bits        u32
///  16  shard       u32
///  20  shards      u32
///  24  generation  u64
///  32  zeros
///  60  checksum    u32, CRC-32C of the bytes before
/// </code>
/// </remarks>
internal sealed class ShardLog : IDisposable
{
    private const int HeaderSize = 64;
    private const uint Version = 1;

    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly int _wordsPerCode;

    private ShardLog(SafeFileHandle file, string path, int bits, long generation) =>
        (_file, _path, _wordsPerCode, Generation) = (file, path, (bits + 63) / 64, generation);

    public long Generation { get; }

    /// <summary>Where the next record begins.</summary>
    public long Position { get; private set; } = HeaderSize;

    /// <summary>Bytes of the file, which may end in half a record.</summary>
    public long Length => RandomAccess.GetLength(_file);

    // As in PNG: a byte that is no text, and line ends that a text transfer would change.
    private static ReadOnlySpan<byte> Magic => [0x89, (byte)'H', (byte)'S', (byte)'L', 0x0D, 0x0A, 0x1A, 0x0A];

    public void Dispose() => _file.Dispose();

    /// <summary>Makes an empty log: whole, or not at all.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="name">The shard.</param>
    /// <param name="bits">Length of its codes.</param>
    /// <param name="generation">The generation.</param>
    /// <param name="first">Its first record, or null.</param>
    public static void Create(string path, ShardName name, int bits, long generation, LogRecord? first = null)
    {
        byte[] header = new byte[HeaderSize];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), bits);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), name.Shard);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(20), name.Shards);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(24), generation);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(60), Crc32C.Of(header.AsSpan(0, 60)));
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            if (first is { } record)
                stream.Write(record.ToBytes(HeaderSize));
        });
    }

    /// <summary>Opens a log that is to be that of a shard.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="DamagedFileException">It is not what it should be.</exception>
    public static ShardLog Open(string path, ShardName name, int bits, long generation)
    {
        SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            Span<byte> header = stackalloc byte[HeaderSize];
            if (Read(file, header, 0) < HeaderSize || !header.StartsWith(Magic))
                throw Damaged(path, "it is not the log of a shard.");
            if (BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) is var version && version != Version)
                throw Damaged(path, $"it has format version {version}, and this library reads version {Version}: update the library on every silo.");
            if (Crc32C.Of(header[..60]) != BinaryPrimitives.ReadUInt32LittleEndian(header[60..]) || header[32..60].IndexOfAnyExcept((byte)0) >= 0)
                throw Damaged(path, "its header is damaged.");
            int itsBits = BinaryPrimitives.ReadInt32LittleEndian(header[12..]), shard = BinaryPrimitives.ReadInt32LittleEndian(header[16..]),
                shards = BinaryPrimitives.ReadInt32LittleEndian(header[20..]);
            if (itsBits != bits || shard != name.Shard || shards != name.Shards || BinaryPrimitives.ReadInt64LittleEndian(header[24..]) != generation)
                throw Damaged(path, $"it belongs to shard {shard} of {shards} with codes of {itsBits} bits, not here: was it copied or renamed?");
            return new ShardLog(file, path, bits, generation);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads the next record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="isWritten">Whether somebody may be writing: what is wrong may be right in a moment.</param>
    /// <returns>False at the end: what is there may be the beginning of a record whose writer was killed, or is not yet done.</returns>
    /// <exception cref="UnsettledRecordException">What is there is wrong, and somebody may be writing.</exception>
    /// <exception cref="DamagedFileException">The log is damaged.</exception>
    public bool TryRead(out LogRecord record, bool isWritten)
    {
        record = default;
        long left = Length - Position;
        if (left < LogRecord.HeaderSize)
            return left >= 0 ? false : throw Damaged(_path, "it became shorter: was it replaced while a silo used it?");
        Span<byte> header = stackalloc byte[LogRecord.HeaderSize];
        if (Read(_file, header, Position) < header.Length)
            return false;
        long length = LogRecord.PayloadLength(header, Position, _wordsPerCode);
        if (length < 0)
            return IsZeroFrom(Position) ? false : throw Wrong(isWritten);
        if (length > left - LogRecord.HeaderSize)
            return false;
        if (length > Array.MaxLength)
            throw Wrong(isWritten);
        byte[] payload = new byte[length];
        if (Read(_file, payload, Position + LogRecord.HeaderSize) < payload.Length)
            return false;
        record = LogRecord.FromBytes(header, payload) ?? throw Wrong(isWritten);
        Position += LogRecord.HeaderSize + length;
        return true;
    }

    /// <summary>
    /// Appends a record behind the one that was read last, and returns when it is on the disk. Half a record of a killed writer, which nobody was
    /// promised, is cut off. Only who holds the shard's lock may call it.
    /// </summary>
    public void Append(LogRecord record)
    {
        using SafeFileHandle file = File.OpenHandle(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        // A search may read the record, and go on, as soon as it is written.
        long position = Position;
        if (RandomAccess.GetLength(file) > position)
            RandomAccess.SetLength(file, position);
        RandomAccess.Write(file, record.ToBytes(position), position);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Returns when all that was read is on the disk, whoever wrote it.</summary>
    public void Flush()
    {
        using SafeFileHandle file = File.OpenHandle(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>An error about this log.</summary>
    public DamagedFileException Damaged(string what, Exception? cause = null) => Damaged(_path, what, cause);

    private static DamagedFileException Damaged(string path, string what, Exception? cause = null) => new($"Cannot read '{path}': {what}", cause);

    private Exception Wrong(bool isWritten) => isWritten ? new UnsettledRecordException()
        : Damaged($"its record at byte {Position} is damaged. Restore the folder of the shard from a backup, or delete the index and add its codes again.");

    // A file that had grown before its machine lost power.
    private bool IsZeroFrom(long position)
    {
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = RandomAccess.Read(_file, buffer, position)) > 0; position += read)
        {
            if (buffer.AsSpan(0, read).IndexOfAnyExcept((byte)0) >= 0)
                return false;
        }
        return true;
    }

    private static int Read(SafeFileHandle file, Span<byte> bytes, long position)
    {
        int read = 0;
        for (int part = 1; part > 0 && read < bytes.Length; read += part)
            part = RandomAccess.Read(file, bytes[read..], position + read);
        return read;
    }
}
