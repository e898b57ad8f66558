namespace SSAH.MLNet.Hashing;

/// <summary>A run of whole blocks in one piece of memory: the codes as rows and, unless the rows are a mapped file's, the same codes as bit-sliced
/// planes. Only its owner, <see cref="CodeStore"/>, writes to it.</summary>
internal sealed unsafe class CodeSegment
{
    private readonly object _rowsOwner;
    private readonly ulong[]? _planesOwner;

    private CodeSegment(BlockLayout layout, int firstSlot, int blocks, PinnedRows rows)
    {
        (Layout, FirstSlot, Blocks, _rowsOwner) = (layout, firstSlot, blocks, rows.Owner);
        Rows = rows.Start;
        if (rows.Owner is MappedFile)
            return;
        _planesOwner = PinnedMemory.Allocate((long)blocks * layout.BlockWords, out ulong* planes);
        Planes = planes;
    }

    public BlockLayout Layout { get; }

    /// <summary>The store's slot of the first row; a multiple of <see cref="BlockLayout.Lanes"/>.</summary>
    public int FirstSlot { get; }

    public int Blocks { get; }

    public int Capacity => Blocks * BlockLayout.Lanes;

    /// <summary>The planes of the first block; <see langword="null"/> where the rows are mapped, because planes would be a second copy.</summary>
    public ulong* Planes { get; }

    public ulong* Rows { get; }

    /// <summary>Makes an empty segment.</summary>
    public static CodeSegment Create(BlockLayout layout, int firstSlot, int blocks)
    {
        ulong[] owner = PinnedMemory.Allocate((long)blocks * layout.BlockRowWords, out ulong* rows);
        return new CodeSegment(layout, firstSlot, blocks, new PinnedRows(rows, owner));
    }

    /// <summary>Makes a full segment over rows that are there already, and builds its planes.</summary>
    public static CodeSegment OverRows(BlockLayout layout, int firstSlot, int blocks, PinnedRows rows)
    {
        var segment = new CodeSegment(layout, firstSlot, blocks, rows);
        if (segment.Planes is not null)
            BlockBuilder.Build(layout, segment.Planes, rows.Start, 0, segment.Capacity);
        segment.KeepAlive();
        return segment;
    }

    /// <summary>Writes rows that no reader sees yet.</summary>
    public void Write(int row, ReadOnlySpan<ulong> words)
    {
        int count = words.Length / Layout.WordsPerCode;
        words.CopyTo(new Span<ulong>(Rows + (long)row * Layout.WordsPerCode, words.Length));
        BlockBuilder.Build(Layout, Planes, Rows, row, row + count);
        KeepAlive();
    }

    /// <summary>Throws if the rows are mapped from a file that was written to since.</summary>
    public void ThrowIfFileWasWritten() => (_rowsOwner as MappedFile)?.ThrowIfWritten();

    /// <summary>The words of a row. The caller keeps the segment alive while it reads.</summary>
    public ReadOnlySpan<ulong> Row(int row) => new(Rows + (long)row * Layout.WordsPerCode, Layout.WordsPerCode);

    /// <summary>Keeps the memory until this point of the caller.</summary>
    public void KeepAlive()
    {
        GC.KeepAlive(_rowsOwner);
        GC.KeepAlive(_planesOwner);
    }
}
