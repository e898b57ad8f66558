using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace SSAH.MLNet.Hashing;

/// <summary>
/// The codes by the value of one substring: a directly addressed table of buckets. Bucket after bucket, the codes are copied beside their slots,
/// so that a bucket is read in one run.
/// </summary>
internal sealed unsafe class SubstringTable
{
    private const int OffsetsAhead = 24;
    private const int CodesAhead = 12;

    private readonly SubstringLayout _layout;
    private readonly int _substring;
    private readonly int _words;
    private readonly int[] _offsets;
    private readonly int[] _slots;
    private readonly ulong[] _codes;

    public SubstringTable(SubstringLayout layout, int substring, CodeSnapshot snapshot, int slots)
    {
        (_layout, _substring, _words) = (layout, substring, snapshot.Layout.WordsPerCode);
        _offsets = new int[(1 << layout.Length(substring)) + 1];
        _slots = new int[slots];
        _codes = new ulong[(long)slots * _words];
        ForEachRow(snapshot, slots, (_, key, _) => _offsets[key + 1]++);
        for (int bucket = 1; bucket < _offsets.Length; bucket++)
            _offsets[bucket] += _offsets[bucket - 1];
        int[] next = _offsets[..^1];
        ForEachRow(snapshot, slots, (slot, key, row) =>
        {
            int place = next[key]++;
            _slots[place] = slot;
            row.CopyTo(_codes.AsSpan(place * _words));
        });
    }

    private delegate void RowAction(int slot, uint key, ReadOnlySpan<ulong> row);

    /// <summary>Offers the codes whose substring differs from the query's by one of the masks, unless an earlier step of the search has
    /// offered them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Probe(ReadOnlySpan<ulong> query, int radius, ReadOnlySpan<uint> masks, HitCollector collector, ulong[]? allowed)
    {
        uint key = _layout.Key(query, _substring);
        fixed (ulong* code = query, codes = _codes)
        fixed (int* offsets = _offsets, slots = _slots)
        {
            for (int i = 0; i < masks.Length; i++)
            {
                if (Sse.IsSupported)
                    Prefetch(offsets, codes, key, masks, i);
                uint bucket = key ^ masks[i];
                int end = offsets[bucket + 1];
                for (int place = offsets[bucket]; place < end; place++)
                {
                    ulong* row = codes + (long)place * _words;
                    int distance = HammingDistance.Between(row, code, _words);
                    if (distance <= collector.Limit)
                        Offer(query, row, slots[place], distance, radius, collector, allowed);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Prefetch(int* offsets, ulong* codes, uint key, ReadOnlySpan<uint> masks, int i)
    {
        if (i + OffsetsAhead < masks.Length)
            Sse.Prefetch0(offsets + (key ^ masks[i + OffsetsAhead]));
        if (i + CodesAhead < masks.Length)
            Sse.Prefetch0(codes + (long)offsets[key ^ masks[i + CodesAhead]] * _words);
    }

    private void Offer(ReadOnlySpan<ulong> query, ulong* row, int slot, int distance, int radius, HitCollector collector, ulong[]? allowed)
    {
        if (allowed is not null && (allowed[slot >> 6] >> (slot & 63) & 1) == 0)
            return;
        var code = new ReadOnlySpan<ulong>(row, _words);
        for (int other = 0; other < _layout.Count; other++)
        {
            // Steps go by radius, then by substring: an earlier step saw the code if another substring was near enough.
            int apart = BitOperations.PopCount(_layout.Key(query, other) ^ _layout.Key(code, other));
            if (other < _substring ? apart <= radius : other > _substring && apart < radius)
                return;
        }
        collector.Add(slot, distance);
    }

    private void ForEachRow(CodeSnapshot snapshot, int slots, RowAction action)
    {
        foreach (CodeSegment segment in snapshot.Segments)
        {
            int rows = Math.Min(segment.Capacity, slots - segment.FirstSlot);
            for (int row = 0; row < rows; row++)
            {
                ReadOnlySpan<ulong> code = segment.Row(row);
                action(segment.FirstSlot + row, _layout.Key(code, _substring), code);
            }
            segment.KeepAlive();
        }
    }
}
