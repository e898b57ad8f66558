using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SSAH.MLNet.Hashing;

/// <summary>An open, checked file: rows of codes and their ids, in memory that lives as long as <see cref="Owner"/> is referenced.</summary>
internal sealed unsafe class HammingFile
{
    private HammingFile(HammingFileHeader header, ulong* rows, long[]? ids, object owner) =>
        (Header, Rows, Ids, Owner) = (header, new nint(rows), ids, owner);

    public HammingFileHeader Header { get; }

    /// <summary>Address of the rows.</summary>
    public nint Rows { get; }

    public long[]? Ids { get; }

    public object Owner { get; }

    public int Count => (int)Header.Count;

    /// <summary>Opens a file and checks all of it.</summary>
    /// <exception cref="HammingFileException">The file is damaged, of another kind, or beyond the limits.</exception>
    public static HammingFile Open(string path, HammingFileLimits? limits)
    {
        limits ??= HammingFileLimits.Trusted;
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Files of codes are little-endian, and so must be the machine.");
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1);
            return Open(stream, limits);
        }
        catch (HammingFileException error)
        {
            throw new HammingFileException($"Cannot read '{path}': {error.Message}.", error);
        }
        catch (EndOfStreamException error)
        {
            throw new HammingFileException($"Cannot read '{path}': it became shorter while it was read.", error);
        }
    }

    private static HammingFile Open(FileStream stream, HammingFileLimits limits)
    {
        long length = stream.Length;
        if (length > limits.MaxBytes)
            throw new HammingFileException($"it has {length} bytes, and the limits allow {limits.MaxBytes}");
        Span<byte> head = stackalloc byte[HammingFileHeader.Size];
        HammingFileHeader header = HammingFileHeader.Read(head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)], length, limits);
        byte* body;
        object owner;
        if (limits.CopyToMemory)
            owner = Copy(stream, length - HammingFileHeader.Size, out body);
        else
            owner = Map(stream, head, out body);
        long[]? ids = Check(header, body);
        var file = new HammingFile(header, (ulong*)body, ids, owner);
        GC.KeepAlive(owner);
        return file;
    }

    private static ulong[] Copy(FileStream stream, long bytes, out byte* body)
    {
        ulong[] memory = PinnedMemory.Allocate(bytes / sizeof(ulong), out ulong* start);
        body = (byte*)start;
        for (long done = 0; done < bytes;)
        {
            int part = (int)Math.Min(bytes - done, 1 << 30);
            stream.ReadExactly(new Span<byte>(body + done, part));
            done += part;
        }
        return memory;
    }

    private static SafeMemoryMappedViewHandle Map(FileStream stream, ReadOnlySpan<byte> head, out byte* body)
    {
        using var map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        MemoryMappedViewAccessor view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        SafeMemoryMappedViewHandle handle = view.SafeMemoryMappedViewHandle;
        byte* start = (byte*)handle.DangerousGetHandle() + view.PointerOffset;
        if (handle.ByteLength < (ulong)stream.Length || !new ReadOnlySpan<byte>(start, head.Length).SequenceEqual(head))
            throw new HammingFileException("it changed while it was read");
        body = start + HammingFileHeader.Size;
        return handle;
    }

    /// <summary>Checks what the header does not say: the checksum, the padding of the codes, the ids.</summary>
    private static long[]? Check(HammingFileHeader header, byte* body)
    {
        var checksum = new Crc32C();
        long bytes = header.FileLength - HammingFileHeader.Size;
        for (long done = 0; done < bytes; done += 1 << 30)
            checksum.Append(new ReadOnlySpan<byte>(body + done, (int)Math.Min(bytes - done, 1 << 30)));
        if (checksum.Value != header.Checksum)
            throw new HammingFileException("its checksum is wrong: the file is damaged");
        int words = (header.Bits + 63) / 64, used = header.Bits % 64;
        for (long row = 0; used != 0 && row < header.Count; row++)
        {
            if (((ulong*)body)[(row + 1) * words - 1] >> used != 0)
                throw new HammingFileException($"code {row} has bits above its length");
        }
        if (!header.HasIds)
            return null;
        long[] ids = new ReadOnlySpan<long>(body + header.RowBytes, (int)header.Count).ToArray();
        foreach (long id in ids)
        {
            if (id < 0 || (id >= header.NextId && header.NextId != long.MaxValue))
                throw new HammingFileException($"it has the id {id}, which was never given");
        }
        return ids;
    }

    /// <summary>Writes a file, all or nothing.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="header">The header; its checksum is worked out here.</param>
    /// <param name="write">Writes the rows and the ids, in whole words.</param>
    public static void Save(string path, HammingFileHeader header, Action<Action<ReadOnlySpan<ulong>>> write) => AtomicFile.Write(path, stream =>
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Files of codes are little-endian, and so must be the machine.");
        Span<byte> head = stackalloc byte[HammingFileHeader.Size];
        stream.Write(head);
        var checksum = new Crc32C();
        write(words =>
        {
            ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(words);
            checksum.Append(bytes);
            stream.Write(bytes);
        });
        (header with { Checksum = checksum.Value }).Write(head);
        stream.Position = 0;
        stream.Write(head);
    });
}
