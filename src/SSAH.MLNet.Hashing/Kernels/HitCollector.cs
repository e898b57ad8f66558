namespace SSAH.MLNet.Hashing;

/// <summary>Holds the codes that a search accepted for one query, as slots of the store with their distances.</summary>
internal abstract class HitCollector(int bits)
{
    private readonly int[] _starts = new int[bits + 2];

    /// <summary>Code length, and so the largest distance.</summary>
    protected int Bits { get; } = bits;

    protected int[] Slots { get; set; } = [];

    protected ushort[] Distances { get; set; } = [];

    protected int Held { get; set; }

    /// <summary>The largest distance that is still accepted; -1 when none is.</summary>
    public int Limit { get; protected set; }

    /// <summary>Takes a code.</summary>
    /// <param name="slot">Slot in the store.</param>
    /// <param name="distance">Its distance, at most <see cref="Limit"/>.</param>
    public abstract void Add(int slot, int distance);

    /// <summary>Forgets all codes, for the next query.</summary>
    public abstract void Reset();

    /// <summary>The most matches that <see cref="CopySorted"/> returns.</summary>
    protected abstract int MaxMatches { get; }

    /// <summary>The accepted codes in ascending (distance, id).</summary>
    /// <param name="ids">The slots' ids, or <see langword="null"/> where an id is its slot.</param>
    public HammingMatch[] CopySorted(long[]? ids)
    {
        Array.Clear(_starts);
        for (int i = 0; i < Held; i++)
            _starts[Distances[i] + 1]++;
        for (int distance = 0; distance <= Bits; distance++)
            _starts[distance + 1] += _starts[distance];
        var all = new HammingMatch[Held];
        for (int i = 0; i < Held; i++)
            all[_starts[Distances[i]]++] = new HammingMatch(ids is null ? Slots[i] : ids[Slots[i]], Distances[i]);
        SortRunsById(all);
        return Held <= MaxMatches ? all : all[..MaxMatches];
    }

    /// <summary>Within a distance the codes stand in the order of arrival; a scan of ascending ids has that right already.</summary>
    private static void SortRunsById(HammingMatch[] matches)
    {
        for (int start = 0, end; start < matches.Length; start = end)
        {
            bool ascending = true;
            for (end = start + 1; end < matches.Length && matches[end].Distance == matches[start].Distance; end++)
                ascending &= matches[end - 1].Id < matches[end].Id;
            if (!ascending)
                matches.AsSpan(start, end - start).Sort(static (a, b) => a.Id.CompareTo(b.Id));
        }
    }
}
