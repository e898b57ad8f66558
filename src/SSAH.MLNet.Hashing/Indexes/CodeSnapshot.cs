using System.Numerics;

namespace SSAH.MLNet.Hashing;

/// <summary>
/// What readers see of a <see cref="CodeStore"/> at one moment. The arrays behind it may grow beyond <see cref="Slots"/>, but what lies
/// below never changes, so a search needs no lock.
/// </summary>
internal sealed class CodeSnapshot
{
    // Who filters by the same object again, over codes that did not change, gets the same bits.
    private FilteredSlots? _lastFiltered;

    public required BlockLayout Layout { get; init; }

    public required CodeSegment[] Segments { get; init; }

    /// <summary>Number of slots in use, those of removed codes included.</summary>
    public required int Slots { get; init; }

    /// <summary>The slots' ids, or <see langword="null"/> while every id is its slot.</summary>
    public required long[]? Ids { get; init; }

    /// <summary>The slots' keys, <see langword="null"/> for a code without one, or <see langword="null"/> while no code has any.</summary>
    public required string?[]? Keys { get; init; }

    /// <summary>Ids ascend with the slots.</summary>
    public required bool IdsAscend { get; init; }

    /// <summary>A bit for each slot that holds a code, or <see langword="null"/> while none was removed. The bits behind the last slot are
    /// ones.</summary>
    public required ulong[]? Alive { get; init; }

    /// <summary>Number of codes.</summary>
    public required int Count { get; init; }

    public bool IsAlive(int slot) => Alive is null || (Alive[slot >> 6] >> (slot & 63) & 1) != 0;

    /// <summary>Throws if codes are mapped from a file that was written to since.</summary>
    public void ThrowIfFileWasWritten()
    {
        // Only the first codes of a store can be mapped.
        if (Segments.Length > 0)
            Segments[0].ThrowIfFileWasWritten();
    }

    /// <summary>The slots that hold a code, ascending.</summary>
    public IEnumerable<int> LivingSlots()
    {
        for (int slot = 0; slot < Slots; slot++)
        {
            if (IsAlive(slot))
                yield return slot;
        }
    }

    public long IdOf(int slot) => Ids is null ? slot : Ids[slot];

    /// <summary>The slot of an id where the ids ascend, or -1. Says nothing about whether the code was removed.</summary>
    public int FindAscending(long id)
    {
        if (Ids is null)
            return id >= 0 && id < Slots ? (int)id : -1;
        int slot = Ids.AsSpan(0, Slots).BinarySearch(id);
        return slot < 0 ? -1 : slot;
    }

    public CodeSegment SegmentOf(int slot)
    {
        int low = 0, high = Segments.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (Segments[middle].FirstSlot <= slot)
                low = middle;
            else
                high = middle - 1;
        }
        return Segments[low];
    }

    /// <summary>A bit for each slot that a search may find, or <see langword="null"/> for all.</summary>
    /// <param name="filter">The ids to find, or <see langword="null"/>.</param>
    /// <param name="count">Number of slots that may be found.</param>
    public ulong[]? Allowed(IdFilter? filter, out int count)
    {
        if (filter is null)
        {
            count = Count;
            return Alive;
        }
        if (Volatile.Read(ref _lastFiltered) is { } last && last.Filter == filter)
        {
            count = last.Count;
            return last.Allowed;
        }
        var allowed = new ulong[(Slots + 63) / 64];
        if (filter.Excludes)
            FillAlive(allowed);
        if (IdsAscend)
        {
            foreach (long id in filter.Ids)
            {
                int slot = FindAscending(id);
                if (slot >= 0 && IsAlive(slot))
                    Set(allowed, slot, !filter.Excludes);
            }
        }
        else
        {
            for (int slot = 0; slot < Slots; slot++)
            {
                if (IsAlive(slot))
                    Set(allowed, slot, filter.Allows(Ids![slot]));
            }
        }
        count = 0;
        foreach (ulong word in allowed)
            count += BitOperations.PopCount(word);
        Volatile.Write(ref _lastFiltered, new FilteredSlots(filter, allowed, count));
        return allowed;
    }

    private void FillAlive(ulong[] allowed)
    {
        if (Alive is null)
            allowed.AsSpan().Fill(ulong.MaxValue);
        else
            Alive.AsSpan(0, allowed.Length).CopyTo(allowed);
        if (Slots % 64 != 0)
            allowed[^1] &= (1UL << (Slots % 64)) - 1;
    }

    private static void Set(ulong[] bits, int slot, bool value)
    {
        if (value)
            bits[slot >> 6] |= 1UL << (slot & 63);
        else
            bits[slot >> 6] &= ~(1UL << (slot & 63));
    }

    private sealed record FilteredSlots(IdFilter Filter, ulong[] Allowed, int Count);
}
