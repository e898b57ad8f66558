using System.Runtime.InteropServices;

namespace SSAH.MLNet.Hashing;

/// <summary>Indexes as files: the living codes in slot order, and their ids where these are not simply the rows.</summary>
internal static unsafe class IndexFile
{
    private const int BufferRows = 1024;

    public static void Save(string path, HammingIndex index)
    {
        CodeSnapshot snapshot = index.Store.SnapshotWithNextId(out long nextId);
        bool hasIds = snapshot.Ids is not null || snapshot.Count != snapshot.Slots;
        var header = new HammingFileHeader(
            index is MultiHashIndex ? HammingFileKind.MultiHashIndex : HammingFileKind.FlatIndex, index.Bits, hasIds, snapshot.Count, nextId,
            index is MultiHashIndex hashed ? hashed.Substrings : 0, Checksum: 0);
        HammingFile.Save(path, header, write =>
        {
            WriteRows(snapshot, write);
            if (hasIds)
                WriteIds(snapshot, write);
        });
    }

    public static HammingIndex Load(string path, HammingFileLimits? limits)
    {
        HammingFile file = HammingFile.Open(path, limits);
        HammingFileHeader header = file.Header;
        HammingIndex index = header.Kind == HammingFileKind.MultiHashIndex
            ? new MultiHashIndex(header.Bits, header.Substrings)
            : new HammingFlatIndex(header.Bits);
        try
        {
            index.Store.Load((ulong*)file.Rows, file.Count, file.Owner, file.Ids, header.NextId);
        }
        catch (ArgumentException error)
        {
            throw new HammingFileException($"Cannot read '{path}': {error.Message}", error);
        }
        (index as MultiHashIndex)?.Optimize();
        return index;
    }

    private static void WriteRows(CodeSnapshot snapshot, Action<ReadOnlySpan<ulong>> write)
    {
        int words = snapshot.Layout.WordsPerCode, buffered = 0;
        var buffer = new ulong[BufferRows * words];
        foreach (CodeSegment segment in snapshot.Segments)
        {
            int rows = Math.Min(segment.Capacity, snapshot.Slots - segment.FirstSlot);
            for (int row = 0; row < rows; row++)
            {
                if (!snapshot.IsAlive(segment.FirstSlot + row))
                    continue;
                segment.Row(row).CopyTo(buffer.AsSpan(buffered));
                buffered += words;
                if (buffered == buffer.Length)
                {
                    write(buffer);
                    buffered = 0;
                }
            }
            segment.KeepAlive();
        }
        write(buffer.AsSpan(0, buffered));
    }

    private static void WriteIds(CodeSnapshot snapshot, Action<ReadOnlySpan<ulong>> write)
    {
        var buffer = new List<long>(BufferRows);
        for (int slot = 0; slot < snapshot.Slots; slot++)
        {
            if (snapshot.IsAlive(slot))
                buffer.Add(snapshot.IdOf(slot));
            if (buffer.Count < BufferRows && slot < snapshot.Slots - 1)
                continue;
            write(MemoryMarshal.Cast<long, ulong>(CollectionsMarshal.AsSpan(buffer)));
            buffer.Clear();
        }
    }
}
