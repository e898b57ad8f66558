namespace SSAH.MLNet.Hashing;

/// <summary>
/// One multi-index search over a snapshot. Step s = m r + i probes table i at radius r; before it, every code nearer than s has been seen
/// (by the pigeonhole principle), so the search is over once the collector refuses distance s.
/// </summary>
internal sealed class MultiHashSearch
{
    // Measured on an AVX-512 machine; they decide only which way is taken, never what is found.
    private const double NanosecondsPerProbe = 15;
    private const double NanosecondsPerCandidateWord = 1.2;
    private const double NanosecondsPerScannedBit = 0.0005;

    private readonly CodeSnapshot _snapshot;
    private readonly SubstringTables _tables;
    private readonly int _k;
    private readonly int _radius;
    private readonly HammingSearchOptions _options;
    private readonly CancellationToken _cancellationToken;
    private readonly ulong[]? _allowed;
    private readonly Func<HitCollector> _newCollector;
    private readonly double _scanCost;

    public MultiHashSearch(
        CodeSnapshot snapshot, SubstringTables tables, int k, int radius, HammingSearchOptions options, CancellationToken cancellationToken)
    {
        (_snapshot, _tables, _k, _radius, _options, _cancellationToken) = (snapshot, tables, k, radius, options, cancellationToken);
        snapshot.ThrowIfFileWasWritten();
        _allowed = snapshot.Allowed(options.Filter, out int allowedCount);
        _k = Math.Min(k, allowedCount);
        int bits = snapshot.Layout.Bits, most = _k;
        _newCollector = radius < 0
            ? () => new TopKCollector(most, bits, arrivesById: false, snapshot.Ids, options.MaxDistance)
            : () => new RadiusCollector(radius, bits);
        _scanCost = (double)snapshot.Slots * bits * NanosecondsPerScannedBit * WidthFactor(options.Level);
    }

    public HammingMatch[][] Run(BinaryCodes queries)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        if (_k == 0 || queries.Count == 0 || (_radius >= 0 && !RadiusIsCheap()))
            return Scan(queries);
        var rows = new HammingMatch[queries.Count][];
        int threads = (int)Math.Clamp(queries.Count * _scanCost / 200_000, 1, _options.ActualThreads);
        int chunk = Math.Clamp((queries.Count + threads - 1) / threads, 1, ScanWorker.MaxQueries);
        int chunks = (queries.Count + chunk - 1) / chunk, next = -1;
        WorkerThreads.Run(Math.Min(threads, chunks), _ =>
        {
            using var worker = new ScanWorker(_snapshot, _allowed, _options.Level, chunk, _newCollector);
            for (int i = Interlocked.Increment(ref next); i < chunks; i = Interlocked.Increment(ref next))
                SearchChunk(worker, queries, i * chunk, Math.Min(chunk, queries.Count - i * chunk), rows);
        }, _cancellationToken);
        ScanTheRest(queries, rows);
        return rows;
    }

    /// <summary>Searches a chunk; rows of queries that gave up stay <see langword="null"/>.</summary>
    private void SearchChunk(ScanWorker worker, BinaryCodes queries, int first, int count, HammingMatch[][] rows)
    {
        int blocks = (_snapshot.Slots + BlockLayout.Lanes - 1) / BlockLayout.Lanes;
        worker.Scan(queries, first, count, _tables.Slots / BlockLayout.Lanes, blocks, _cancellationToken);
        for (int i = 0; i < count; i++)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            HitCollector collector = worker.Collector(i);
            if (TryProbe(queries[first + i], collector))
                rows[first + i] = collector.CopySorted(_snapshot.Ids);
        }
    }

    private bool TryProbe(ReadOnlySpan<ulong> query, HitCollector collector)
    {
        SubstringLayout layout = _tables.Layout;
        double spent = 0;
        for (int step = 0; step <= collector.Limit; step++)
        {
            int substring = step % layout.Count, radius = step / layout.Count;
            uint[]? masks = layout.Masks(substring, radius);
            if (masks is null || (spent += Cost(substring, masks.Length)) > _options.ProbingShare * _scanCost)
                return false;
            _tables[substring].Probe(query, radius, masks, collector, _allowed);
        }
        return true;
    }

    private bool RadiusIsCheap()
    {
        double cost = 0;
        for (int step = 0; step <= Math.Min(_radius, _snapshot.Layout.Bits); step++)
        {
            uint[]? masks = _tables.Layout.Masks(step % _tables.Layout.Count, step / _tables.Layout.Count);
            if (masks is null || (cost += Cost(step % _tables.Layout.Count, masks.Length)) > Math.Max(1, _options.ProbingShare) * _scanCost)
                return false;
        }
        return true;
    }

    /// <summary>Expected nanoseconds of a step, if the codes were spread evenly over the buckets.</summary>
    private double Cost(int substring, int probes)
    {
        double candidates = (double)_tables.Slots / (1L << _tables.Layout.Length(substring));
        return probes * (NanosecondsPerProbe + NanosecondsPerCandidateWord * _snapshot.Layout.WordsPerCode * candidates);
    }

    private void ScanTheRest(BinaryCodes queries, HammingMatch[][] rows)
    {
        int[] rest = [.. Enumerable.Range(0, rows.Length).Where(i => rows[i] is null)];
        if (rest.Length == 0)
            return;
        var left = new BinaryCodes(queries.Bits, rest.Length);
        foreach (int i in rest)
            left.AddWords(queries[i]);
        HammingMatch[][] found = Scan(left);
        for (int i = 0; i < rest.Length; i++)
            rows[rest[i]] = found[i];
    }

    private HammingMatch[][] Scan(BinaryCodes queries) => _radius < 0
        ? FlatSearch.Nearest(_snapshot, queries, Math.Max(1, _k), _options, _cancellationToken)
        : FlatSearch.Within(_snapshot, queries, _radius, _options, _cancellationToken);

    private static double WidthFactor(KernelLevel level) => level switch
    {
        KernelLevel.Vector512 => 1,
        KernelLevel.Vector256 => 2,
        KernelLevel.Vector128 => 4,
        _ => 8,
    };
}
