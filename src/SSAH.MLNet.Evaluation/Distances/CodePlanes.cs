namespace SSAH.MLNet.Evaluation;

/// <summary>Codes laid out so that a vector holds the same byte of 64 codes: made for all distances to one query. Immutable.</summary>
/// <remarks>Blocks of 128 codes lie one after the other; in a block, the first bytes of all codes come first, then their second bytes.</remarks>
internal sealed unsafe class CodePlanes
{
    /// <summary>Codes in a block, and what their number is padded to a multiple of: two 512-bit vectors.</summary>
    public const int RowBlock = 128;

    private readonly ulong[] _owner;

    /// <summary>Lays out the given rows of <paramref name="codes"/>, in that order.</summary>
    public CodePlanes(BinaryCodes codes, ReadOnlySpan<int> rows)
    {
        Count = rows.Length;
        PaddedCount = checked((rows.Length + RowBlock - 1) / RowBlock * RowBlock);
        PlaneCount = codes.BytesPerCode;
        _owner = PinnedMemory.Allocate((long)PaddedCount * PlaneCount / sizeof(ulong), out ulong* start);
        Start = (byte*)start;
        for (int i = 0; i < rows.Length; i++)
        {
            ReadOnlySpan<ulong> words = codes[rows[i]];
            byte* code = Block(i / RowBlock) + i % RowBlock;
            for (int plane = 0; plane < PlaneCount; plane++)
                code[plane * RowBlock] = (byte)(words[plane / 8] >> (plane % 8 * 8));
        }
        KeepAlive();
    }

    /// <summary>Number of codes.</summary>
    public int Count { get; }

    /// <summary><see cref="Count"/> rounded up to <see cref="RowBlock"/>.</summary>
    public int PaddedCount { get; }

    /// <summary>Bytes of a code.</summary>
    public int PlaneCount { get; }

    private byte* Start { get; }

    /// <summary>The block with codes <c>block * RowBlock</c> and after; valid while this object is referenced.</summary>
    public byte* Block(int block) => Start + (long)block * RowBlock * PlaneCount;

    /// <summary>Keeps the memory alive up to this call.</summary>
    public void KeepAlive() => GC.KeepAlive(_owner);
}
