using System.Runtime.InteropServices;

namespace SSAH.MLNet.Hashing;

/// <summary>Indexes as files: the living codes in slot order, their ids where these are not simply the rows, their keys, and their model.</summary>
internal static class IndexFile
{
    /// <summary>The length that stands for a code without a key.</summary>
    public const uint NoKey = uint.MaxValue;

    private const int BufferRows = 1024;

    public static void Save(string path, HammingIndex index)
    {
        CodeSnapshot snapshot = index.Store.SnapshotWithNextId(out long nextId, out string? modelId);
        snapshot.ThrowIfFileWasWritten();
        byte[] model = modelId is null ? [] : TextKeys.Encoding.GetBytes(modelId);
        var header = new HammingFileHeader
        {
            Kind = index is MultiHashIndex ? HammingFileKind.MultiHashIndex : HammingFileKind.FlatIndex,
            Bits = index.Bits,
            HasIds = snapshot.Ids is not null || snapshot.Count != snapshot.Slots,
            Count = snapshot.Count,
            NextId = nextId,
            Substrings = index is MultiHashIndex hashed ? hashed.Substrings : 0,
            KeyBytes = KeyBytes(snapshot),
            ModelBytes = model.Length,
        };
        HammingFileWriter.Write(path, header, writer =>
        {
            WriteRows(snapshot, writer);
            if (header.HasIds)
                WriteWords(snapshot, snapshot.IdOf, writer);
            if (header.KeyBytes > 0)
                WriteKeys(snapshot, writer);
            writer.Append(model);
        });
    }

    public static HammingIndex Load(string path, ReadingLimits? limits)
    {
        using var reader = new HammingFileReader(path, limits);
        HammingFileHeader header = reader.Header;
        HammingIndex index = header.Kind == HammingFileKind.MultiHashIndex
            ? new MultiHashIndex(header.Bits, header.Substrings)
            : new HammingFlatIndex(header.Bits);
        PinnedRows rows = reader.ReadPinnedRows();
        long[]? ids = reader.ReadIds();
        string?[]? keys = reader.ReadKeys();
        string? modelId = reader.ReadModelId();
        reader.Finish();
        try
        {
            index.Store.Load(rows, (int)header.Count, ids, keys, header.NextId, modelId);
        }
        catch (ArgumentException error)
        {
            throw reader.Damaged(ArgumentErrors.Sentence(error), error);
        }
        (index as MultiHashIndex)?.Optimize();
        return index;
    }

    private static void WriteRows(CodeSnapshot snapshot, HammingFileWriter writer)
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
                    writer.Append(buffer);
                    buffered = 0;
                }
            }
            segment.KeepAlive();
        }
        writer.Append(buffer.AsSpan(0, buffered));
    }

    /// <summary>Writes a value for each living code.</summary>
    private static void WriteWords<T>(CodeSnapshot snapshot, Func<int, T> valueOf, HammingFileWriter writer)
        where T : unmanaged
    {
        var buffer = new T[BufferRows];
        int buffered = 0;
        foreach (int slot in snapshot.LivingSlots())
        {
            buffer[buffered++] = valueOf(slot);
            if (buffered < buffer.Length)
                continue;
            writer.Append(MemoryMarshal.AsBytes(buffer.AsSpan()));
            buffered = 0;
        }
        writer.Append(MemoryMarshal.AsBytes(buffer.AsSpan(0, buffered)));
    }

    private static long KeyBytes(CodeSnapshot snapshot)
    {
        if (snapshot.Keys is not { } keys)
            return 0;
        long bytes = (long)snapshot.Count * sizeof(uint);
        foreach (int slot in snapshot.LivingSlots())
            bytes += keys[slot] is { } key ? TextKeys.Encoding.GetByteCount(key) : 0;
        return bytes;
    }

    private static void WriteKeys(CodeSnapshot snapshot, HammingFileWriter writer)
    {
        string?[] keys = snapshot.Keys!;
        WriteWords(snapshot, slot => keys[slot] is { } key ? (uint)TextKeys.Encoding.GetByteCount(key) : NoKey, writer);
        byte[] text = new byte[TextKeys.MaxBytes];
        foreach (int slot in snapshot.LivingSlots())
        {
            if (keys[slot] is { } key)
                writer.Append(text.AsSpan(0, TextKeys.Encoding.GetBytes(key, text)));
        }
    }
}
