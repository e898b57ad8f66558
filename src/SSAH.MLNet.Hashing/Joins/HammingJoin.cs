namespace SSAH.MLNet.Hashing;

/// <summary>Finds all pairs of a list's codes within a Hamming radius, exactly: duplicates and near duplicates among millions of codes.</summary>
/// <remarks>
/// Codes are cut into parts; by the pigeonhole principle two codes within the radius agree on some of them, and only codes that do are
/// compared. Fast for radii up to about an eighth of the bits; memory is about three copies of the codes.
/// </remarks>
public static class HammingJoin
{
    /// <summary>Hands over each pair of codes within a radius, once, as it is found, in no particular order.</summary>
    /// <param name="codes">The codes; not to be changed meanwhile.</param>
    /// <param name="radius">The largest distance of a pair, 0 or more.</param>
    /// <param name="onPair">Receives the pairs, from several threads but from one at a time. If it throws, the join ends with that exception.</param>
    /// <param name="threads">Threads to use at most; 0 is one per processor.</param>
    /// <param name="cancellationToken">Stops the join.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="radius"/> or <paramref name="threads"/> is negative.</exception>
    /// <exception cref="OperationCanceledException">The join was stopped.</exception>
    public static void ForEachPair(
        BinaryCodes codes, int radius, Action<HammingPair> onPair, int threads = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(onPair);
        Check(codes, radius, threads);
        var gate = new Lock();
        new PartJoin(codes, radius).Run(() => new PairBuffer(onPair, gate), ActualThreads(threads), cancellationToken);
    }

    /// <summary>Puts codes that are connected by pairs within a radius into groups.</summary>
    /// <param name="codes">The codes; not to be changed meanwhile.</param>
    /// <param name="radius">The largest distance of a pair, 0 or more. Two codes of one group may be further apart, through others.</param>
    /// <param name="threads">Threads to use at most; 0 is one per processor.</param>
    /// <param name="cancellationToken">Stops the join.</param>
    /// <returns>For each row the lowest row of its group: its own where it is alone or the first.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="radius"/> or <paramref name="threads"/> is negative.</exception>
    /// <exception cref="OperationCanceledException">The join was stopped.</exception>
    public static int[] Groups(BinaryCodes codes, int radius, int threads = 0, CancellationToken cancellationToken = default)
    {
        Check(codes, radius, threads);
        // Equal codes first, so that a thousand copies are not half a million pairs.
        int[] distinct = DistinctRows.Of(codes, out int[] firstOf);
        if (radius == 0)
            return firstOf;
        var rows = new BinaryCodes(codes.Bits, distinct.Length);
        foreach (int row in distinct)
            rows.AddWords(codes[row]);
        var forest = new GroupForest(distinct.Length);
        new PartJoin(rows, radius).Run(() => new GroupSink(forest), ActualThreads(threads), cancellationToken);
        var group = new int[codes.Count];
        // Distinct rows ascend, so the lowest place of a group is its lowest row.
        for (int place = 0; place < distinct.Length; place++)
            group[distinct[place]] = distinct[forest.Find(place)];
        for (int row = 0; row < group.Length; row++)
            group[row] = group[firstOf[row]];
        return group;
    }

    private static void Check(BinaryCodes codes, int radius, int threads)
    {
        ArgumentNullException.ThrowIfNull(codes);
        ArgumentOutOfRangeException.ThrowIfNegative(radius);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
    }

    private static int ActualThreads(int threads) => threads == 0 ? Environment.ProcessorCount : threads;
}
