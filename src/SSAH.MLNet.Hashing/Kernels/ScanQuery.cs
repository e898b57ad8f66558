using System.Numerics;
using System.Runtime.CompilerServices;

namespace SSAH.MLNet.Hashing;

/// <summary>
/// One query prepared for <see cref="ScanKernel"/>: the planes to add, the bound that stands for the current distance limit, and the
/// collector of its hits.
/// Reused from query to query by one thread.
/// </summary>
internal sealed unsafe class ScanQuery
{
    private readonly BlockLayout _layout;
    private readonly object _owner;
    private readonly ulong* _code;
    private HitCollector _collector = null!;
    private ulong[]? _allowed;
    private int _slots;
    private int _ones;
    private int _limit;

    /// <summary>Makes a query that is to be prepared.</summary>
    /// <param name="layout">The blocks' layout.</param>
    /// <param name="memory"><see cref="MemoryWords"/> words for the query alone.</param>
    /// <param name="owner">Keeps <paramref name="memory"/>.</param>
    public ScanQuery(BlockLayout layout, ulong* memory, object owner)
    {
        (_layout, _owner) = (layout, owner);
        PlaneOffsets = (int*)memory;
        Bound = memory + MaxPlanes(layout) * sizeof(int) / sizeof(ulong);
        _code = Bound + layout.CountPlanes + 1;
    }

    /// <summary>Offsets in bytes of the planes to add, padded with the zero plane to whole groups of sixteen.</summary>
    public int* PlaneOffsets { get; }

    public int PlaneGroups { get; private set; }

    /// <summary>The bits of ~K, each spread over a word, lowest first.</summary>
    public ulong* Bound { get; }

    /// <summary>All ones when the lanes below the bound are the hits.</summary>
    public ulong Flip { get; private set; }

    /// <summary>No code can be accepted any more.</summary>
    public bool IsDone => _collector.Limit < 0;

    /// <summary>64-bit words of memory that a query needs.</summary>
    public static int MemoryWords(BlockLayout layout) =>
        MaxPlanes(layout) * sizeof(int) / sizeof(ulong) + layout.CountPlanes + 1 + layout.WordsPerCode;

    /// <summary>Prepares a query.</summary>
    /// <param name="code">The query's words.</param>
    /// <param name="collector">Takes the hits and says how near a code must be.</param>
    /// <param name="slots">Number of slots that this search may see.</param>
    /// <param name="allowed">A bit for each slot that may be found, or <see langword="null"/> for all.</param>
    public void Prepare(ReadOnlySpan<ulong> code, HitCollector collector, int slots, ulong[]? allowed)
    {
        code.CopyTo(new Span<ulong>(_code, _layout.WordsPerCode));
        (_collector, _slots, _allowed) = (collector, slots, allowed);
        _ones = HammingDistance.CountOnes(code);
        bool complement = _ones > _layout.Bits / 2;
        Flip = complement ? ulong.MaxValue : 0;
        int planes = 0;
        for (int bit = 0; bit < _layout.Bits; bit++)
        {
            bool one = (code[bit >> 6] >> (bit & 63) & 1) != 0;
            if (one != complement)
                PlaneOffsets[planes++] = _layout.BitPlane(bit) * sizeof(ulong);
        }
        while (planes % 16 != 0)
            PlaneOffsets[planes++] = _layout.ZeroPlane * sizeof(ulong);
        PlaneGroups = planes / 16;
        SetBound(collector.Limit);
    }

    /// <summary>Works out the exact distances of the lanes that a kernel found and offers them to the collector, in slot order.</summary>
    /// <param name="segment">The segment that was scanned.</param>
    /// <param name="row">Row in the segment of the first lane.</param>
    /// <param name="hits">A bit for each lane.</param>
    /// <param name="words">Number of words of <paramref name="hits"/>.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Resolve(CodeSegment segment, int row, ulong* hits, int words)
    {
        int length = _layout.WordsPerCode;
        for (int word = 0; word < words; word++)
        {
            int first = segment.FirstSlot + row + word * 64;
            ulong lanes = hits[word];
            if (_allowed is not null && first < _slots)
                lanes &= _allowed[first >> 6];
            for (; lanes != 0; lanes &= lanes - 1)
            {
                int lane = BitOperations.TrailingZeroCount(lanes);
                if (first + lane >= _slots)
                    break;
                int distance = HammingDistance.Between(segment.Rows + (long)(row + word * 64 + lane) * length, _code, length);
                if (distance <= _collector.Limit)
                    _collector.Add(first + lane, distance);
            }
        }
        if (_collector.Limit != _limit)
            SetBound(_collector.Limit);
    }

    /// <summary>Compares rows one by one and offers those within the limit to the collector, in slot order: the way through codes that have no
    /// planes.</summary>
    /// <param name="segment">The segment to scan.</param>
    /// <param name="first">Its first row.</param>
    /// <param name="end">The row after the last one.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void WalkRows(CodeSegment segment, int first, int end)
    {
        int length = _layout.WordsPerCode, limit = _collector.Limit;
        end = Math.Min(end, _slots - segment.FirstSlot);
        ulong* row = segment.Rows + (long)first * length;
        for (int i = first; i < end; i++, row += length)
        {
            int distance = HammingDistance.Between(row, _code, length);
            if (distance > limit)
                continue;
            int slot = segment.FirstSlot + i;
            if (_allowed is not null && (_allowed[slot >> 6] >> (slot & 63) & 1) == 0)
                continue;
            _collector.Add(slot, distance);
            limit = _collector.Limit;
        }
        segment.KeepAlive();
        KeepAlive();
    }

    /// <summary>Translates "d is at most limit" into the kernel's bound K on U = 2 S + 2^n - 1 - P.</summary>
    private void SetBound(int limit)
    {
        _limit = limit;
        int top = (1 << _layout.CountPlanes) - 1;
        int bound = Flip == 0 ? Math.Max(0, _ones - limit + top) : limit - _ones + top + 1;
        for (int i = 0; i <= _layout.CountPlanes; i++)
            Bound[i] = (bound >> i & 1) != 0 ? 0 : ulong.MaxValue;
        KeepAlive();
    }

    public void KeepAlive() => GC.KeepAlive(_owner);

    private static int MaxPlanes(BlockLayout layout) => (layout.Bits / 2 + 15) / 16 * 16;
}
