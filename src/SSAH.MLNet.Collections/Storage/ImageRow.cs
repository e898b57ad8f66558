using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Collections.Storage;

/// <summary>
/// A row of table image with its labels, and the checksum of both: SQLite has none of its own, and a turned bit in a path or a label would be another
/// path or label, silently. What lies in the file of a root is sealed apart (<see cref="Seal"/>).
/// </summary>
internal sealed record ImageRow(
    long Id, long Root, string Path, long Size, long Time, byte[]? Hash, long Width, long Height, string? Problem, long Revision, string Labels)
{
    /// <summary>The columns that <see cref="Read"/> reads, of image <c>i</c>; the last is the checksum that is stored.</summary>
    public const string Columns = """
        i.id, i.root, i.path, i.size, i.time, i.hash, i.width, i.height, i.problem, i.revision,
        (SELECT json_group_array(l.label) FROM label l WHERE l.image = i.id), (SELECT k.value FROM checksum k WHERE k.image = i.id)
        """;

    /// <summary>Number of <see cref="Columns"/>.</summary>
    public const int ColumnCount = 12;

    private const int ChecksumColumn = 11;

    /// <summary>Reads a row that is what was stored.</summary>
    /// <exception cref="DamagedFileException">It is not, or has no checksum.</exception>
    public static ImageRow Read(StoredRow reader, string path)
    {
        ImageRow row = ReadUnchecked(reader);
        return !reader.IsNull(ChecksumColumn) && reader.GetInt64(ChecksumColumn) == row.Checksum() ? row : throw new DamagedFileException(
            $"'{path}' is a damaged collection: path, labels or size of image {row.Id} are not what was stored. "
            + "Make it again by Create and Sync; 'sqlite3 FILE .recover' may save its labels.");
    }

    /// <summary>Stores the checksum of a row as it is now; a row that is gone has none.</summary>
    public static void Sign(Session session, long id)
    {
        foreach (uint checksum in session.Query($"SELECT {Columns} FROM image i WHERE i.id = $1", reader => ReadUnchecked(reader).Checksum(), id))
            session.Execute("INSERT OR REPLACE INTO checksum VALUES ($1, $2)", id, (long)checksum);
    }

    /// <summary>Throws where a row that is there is not what was stored.</summary>
    /// <exception cref="DamagedFileException">It is not.</exception>
    public static void Check(Session session, long id) =>
        session.ForEach($"SELECT {Columns} FROM image i WHERE i.id = $1", reader => Read(reader, session.Path), id);

    private static ImageRow ReadUnchecked(StoredRow reader) => new(reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2), reader.GetInt64(3),
        reader.GetInt64(4), reader.IsNull(5) ? null : reader.GetBytes(5), reader.GetInt64(6), reader.GetInt64(7),
        reader.IsNull(8) ? null : reader.GetString(8), reader.GetInt64(9), reader.GetString(10));

    private uint Checksum()
    {
        var checksum = new RowChecksum();
        foreach (long number in (ReadOnlySpan<long>)[Id, Root, Size, Time, Width, Height, Revision])
            checksum.Add(number);
        checksum.Add(Path);
        checksum.Add(Hash);
        checksum.Add(Problem);
        checksum.Add(Labels);
        return checksum.Value;
    }
}

/// <summary>A CRC-32C over values of several kinds; a missing one is another than an empty one.</summary>
internal struct RowChecksum()
{
    private Crc32C _checksum = new();

    public readonly uint Value => _checksum.Value;

    public void Add(long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        _checksum.Append(bytes);
    }

    /// <summary>Adds a value as SQLite gives it back: without NaN, which it stores as NULL, and without a sign of 0.</summary>
    public void AddStored(object? value)
    {
        switch (value)
        {
            case long number:
                Add(1L);
                Add(number);
                break;
            case double real when !double.IsNaN(real):
                Add(2L);
                Add(BitConverter.DoubleToInt64Bits(real == 0 ? 0 : real));
                break;
            case string text:
                Add(3L);
                Add(text);
                break;
            case byte[] bytes:
                Add(4L);
                Add(bytes);
                break;
            default:
                Add(0L);
                break;
        }
    }

    public void Add(byte[]? bytes)
    {
        Add(bytes?.Length ?? -1);
        _checksum.Append(bytes);
    }

    public void Add(string? text)
    {
        if (text is null)
        {
            Add(-1);
            return;
        }
        byte[] bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        int length = Encoding.UTF8.GetBytes(text, bytes);
        Add(length);
        _checksum.Append(bytes.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(bytes);
    }
}
