using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace SSAH.MLNet.Hashing;

/// <summary>Reads a file section by section, in their order, and checks everything on the way. What was read counts after <see cref="Finish"/>.</summary>
internal sealed class HammingFileReader : IDisposable
{
    private const int ChunkBytes = 1 << 26;

    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly long _length;
    private readonly ReadingLimits _limits;
    private Crc32C _checksum = new();
    private long _offset = HammingFileHeader.Size;
    private bool _handedOver;

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="DamagedFileException">The file is damaged, of another kind, or beyond the limits.</exception>
    public HammingFileReader(string path, ReadingLimits? limits)
    {
        (_path, _limits) = (path, limits ?? ReadingLimits.Trusted);
        ThrowIfBigEndian();
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.SequentialScan);
        try
        {
            _length = RandomAccess.GetLength(_file);
            if (_length > _limits.MaxBytes)
                throw Damaged($"it has {_length} bytes, and the limits allow {_limits.MaxBytes}.");
            Header = ReadHeader();
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public HammingFileHeader Header { get; }

    public void Dispose()
    {
        if (!_handedOver)
            _file.Dispose();
    }

    public static void ThrowIfBigEndian()
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Files of codes are little-endian, and so must be the machine.");
    }

    /// <summary>The rows in ordinary memory.</summary>
    public void ReadRows(Span<ulong> rows)
    {
        ReadWords(rows);
        ThrowIfPaddingIsSet(rows, firstRow: 0);
    }

    /// <summary>The rows in memory that does not move, mapped or copied as the limits say.</summary>
    public unsafe PinnedRows ReadPinnedRows()
    {
        if (_length <= _limits.MapAboveBytes || Header.Count == 0)
        {
            ulong[] owner = PinnedMemory.Allocate(Header.RowBytes / sizeof(ulong), out ulong* rows);
            ReadRows(PinnedMemory.SpanOf(owner, rows, (int)(Header.RowBytes / sizeof(ulong))));
            return new PinnedRows(rows, owner);
        }
        _handedOver = true;
        var map = new MappedFile(_file, _path);
        int words = (Header.Bits + 63) / 64, chunkRows = ChunkBytes / (words * sizeof(ulong));
        var start = (ulong*)(map.Start + HammingFileHeader.Size);
        for (long row = 0; row < Header.Count; row += chunkRows)
        {
            int count = (int)Math.Min(chunkRows, Header.Count - row) * words;
            var chunk = new ReadOnlySpan<ulong>(start + row * words, count);
            _checksum.Append(MemoryMarshal.AsBytes(chunk));
            ThrowIfPaddingIsSet(chunk, row);
        }
        _offset += Header.RowBytes;
        map.ThrowIfWritten();
        return new PinnedRows(start, map);
    }

    /// <summary>The ids, or <see langword="null"/> where each is its row.</summary>
    public long[]? ReadIds()
    {
        if (!Header.HasIds)
            return null;
        var ids = new long[Header.Count];
        ReadWords(MemoryMarshal.Cast<long, ulong>(ids.AsSpan()));
        foreach (long id in ids)
        {
            if (id < 0 || (id >= Header.NextId && Header.NextId != long.MaxValue))
                throw Damaged($"it has the id {id}, which was never given.");
        }
        return ids;
    }

    /// <summary>The keys, or <see langword="null"/> where there are none.</summary>
    public string?[]? ReadKeys()
    {
        if (Header.KeyBytes == 0)
            return null;
        var lengths = new uint[Header.Count];
        ReadBytes(MemoryMarshal.AsBytes(lengths.AsSpan()));
        long left = Header.KeyBytes - Header.Count * sizeof(uint);
        var keys = new string?[lengths.Length];
        byte[] text = [];
        for (int i = 0; i < keys.Length; i++)
        {
            if (lengths[i] == IndexFile.NoKey)
                continue;
            if (lengths[i] is 0 or > TextKeys.MaxBytes || lengths[i] > left)
                throw Damaged($"it says that key {i} has {lengths[i]} bytes, which cannot be.");
            left -= lengths[i];
            if (text.Length < lengths[i])
                text = new byte[lengths[i]];
            keys[i] = ReadText(text.AsSpan(0, (int)lengths[i]), $"key {i}");
        }
        return left == 0 ? keys : throw Damaged("its keys are shorter than it says.");
    }

    /// <summary>The model that made the codes, where it is known.</summary>
    public string? ReadModelId() => Header.ModelBytes == 0 ? null : ReadText(new byte[Header.ModelBytes], "the model id");

    /// <summary>Checks that all was read and that the checksum is right.</summary>
    public void Finish()
    {
        if (_offset != _length || _checksum.Value != Header.Checksum)
            throw Damaged("its checksum is wrong: the file is damaged.");
    }

    public DamagedFileException Damaged(string what, Exception? cause = null) => new($"Cannot read '{_path}': {what}", cause!);

    private HammingFileHeader ReadHeader()
    {
        Span<byte> head = stackalloc byte[HammingFileHeader.Size];
        int read = 0;
        for (int part = 1; part > 0 && read < head.Length; read += part)
            part = RandomAccess.Read(_file, head[read..], read);
        try
        {
            return HammingFileHeader.Read(head[..read], _length, _limits);
        }
        catch (DamagedFileException error)
        {
            throw Damaged(error.Message, error);
        }
    }

    private string ReadText(Span<byte> bytes, string what)
    {
        ReadBytes(bytes);
        try
        {
            return TextKeys.Encoding.GetString(bytes);
        }
        catch (DecoderFallbackException error)
        {
            throw Damaged($"{what} is not UTF-8 text.", error);
        }
    }

    private void ReadWords(Span<ulong> words)
    {
        for (int done = 0; done < words.Length;)
        {
            int part = Math.Min(ChunkBytes / sizeof(ulong), words.Length - done);
            ReadBytes(MemoryMarshal.AsBytes(words.Slice(done, part)));
            done += part;
        }
    }

    private void ReadBytes(Span<byte> bytes)
    {
        for (int done = 0; done < bytes.Length;)
        {
            int read = RandomAccess.Read(_file, bytes[done..], _offset + done);
            if (read == 0)
                throw Damaged("it became shorter while it was read.");
            done += read;
        }
        _checksum.Append(bytes);
        _offset += bytes.Length;
    }

    private void ThrowIfPaddingIsSet(ReadOnlySpan<ulong> rows, long firstRow)
    {
        int words = (Header.Bits + 63) / 64, used = Header.Bits % 64;
        for (int last = words - 1; used != 0 && last < rows.Length; last += words)
        {
            if (rows[last] >> used != 0)
                throw Damaged($"code {firstRow + last / words} has bits above its length.");
        }
    }
}
