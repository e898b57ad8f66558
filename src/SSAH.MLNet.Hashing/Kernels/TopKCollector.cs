namespace SSAH.MLNet.Hashing;

/// <summary>
/// Keeps the k nearest codes by counting: distances are small integers, so a histogram knows the k-th distance after each code, without a heap.
/// Ties go to the lowest id.
/// </summary>
internal sealed class TopKCollector : HitCollector
{
    private readonly int _k, _most;
    private readonly bool _arrivesById;
    private readonly long[]? _ids;
    private readonly int[] _histogram;

    /// <summary>The k-th smallest distance so far, or one more than the largest that is kept while fewer than k codes are held.</summary>
    private int _kth;

    /// <summary>Number of held codes nearer than <see cref="_kth"/>; less than k.</summary>
    private int _nearer;

    /// <summary>Makes an empty collector.</summary>
    /// <param name="k">Number of codes to keep, at least 1.</param>
    /// <param name="bits">Code length.</param>
    /// <param name="arrivesById">Codes come in ascending id: a later code at the k-th distance can then be refused unseen.</param>
    /// <param name="ids">The slots' ids for breaking ties, or <see langword="null"/> where an id is its slot.</param>
    /// <param name="maxDistance">The largest distance of what is kept.</param>
    public TopKCollector(int k, int bits, bool arrivesById, long[]? ids, int maxDistance = int.MaxValue)
        : base(bits)
    {
        (_k, _arrivesById, _ids, _most) = (k, arrivesById, ids, Math.Min(bits, maxDistance));
        int capacity = (int)Math.Min(Array.MaxLength, Math.Max(4L * k, 256));
        (Slots, Distances, _histogram) = (new int[capacity], new ushort[capacity], new int[bits + 2]);
        Reset();
    }

    protected override int MaxMatches => _k;

    public override void Reset()
    {
        (Held, _nearer, _kth, Limit) = (0, 0, _most + 1, _most);
        Array.Clear(_histogram);
    }

    public override void Add(int slot, int distance)
    {
        if (Held == Slots.Length)
            Compact();
        Slots[Held] = slot;
        Distances[Held] = (ushort)distance;
        Held++;
        _histogram[distance]++;
        if (distance >= _kth)
            return;
        _nearer++;
        if (_nearer < _k)
            return;
        while (_nearer >= _k)
            _nearer -= _histogram[--_kth];
        Limit = _arrivesById ? _kth - 1 : _kth;
    }

    /// <summary>Drops what can no longer be among the k nearest: codes beyond the k-th distance, and its ties beyond the lowest ids.</summary>
    private void Compact()
    {
        int ties = _k - _nearer;
        long lastTie = _arrivesById ? long.MaxValue : IdOfTie(ties);
        int kept = 0;
        for (int i = 0; i < Held; i++)
        {
            bool keep = Distances[i] < _kth || (Distances[i] == _kth && IdOf(Slots[i]) <= lastTie && ties-- > 0);
            if (!keep)
                continue;
            (Slots[kept], Distances[kept]) = (Slots[i], Distances[i]);
            kept++;
        }
        _histogram.AsSpan(_kth).Clear();
        _histogram[_kth] = kept - _nearer;
        Held = kept;
    }

    /// <summary>The id of the <paramref name="rank"/>-th tie (from 1) in ascending order.</summary>
    private long IdOfTie(int rank)
    {
        var ids = new List<long>();
        for (int i = 0; i < Held; i++)
        {
            if (Distances[i] == _kth)
                ids.Add(IdOf(Slots[i]));
        }
        ids.Sort();
        return ids.Count == 0 ? long.MaxValue : ids[Math.Min(rank, ids.Count) - 1];
    }

    private long IdOf(int slot) => _ids is null ? slot : _ids[slot];
}
