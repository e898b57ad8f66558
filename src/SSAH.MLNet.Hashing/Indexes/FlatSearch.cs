using System.Numerics;

namespace SSAH.MLNet.Hashing;

/// <summary>An exhaustive search over one snapshot: splits the work between threads and merges what they find.</summary>
internal sealed class FlatSearch
{
    /// <summary>Comparisons below which starting threads costs more than it saves (about 0.1 ms of scanning).</summary>
    private const long MinComparisonsPerThread = 2_000_000;

    private readonly CodeSnapshot _snapshot;
    private readonly HammingSearchOptions _options;
    private readonly ulong[]? _allowed;
    private readonly int _allowedCount;
    private readonly CancellationToken _cancellationToken;
    private readonly int _maxMatches;
    private readonly Func<HitCollector> _newCollector;

    private FlatSearch(CodeSnapshot snapshot, int k, int radius, HammingSearchOptions options, CancellationToken cancellationToken)
    {
        (_snapshot, _options, _cancellationToken) = (snapshot, options, cancellationToken);
        snapshot.ThrowIfFileWasWritten();
        _allowed = snapshot.Allowed(options.Filter, out _allowedCount);
        _maxMatches = Math.Min(k, _allowedCount);
        int bits = snapshot.Layout.Bits;
        _newCollector = radius < 0
            ? () => new TopKCollector(_maxMatches, bits, snapshot.IdsAscend, snapshot.Ids, options.MaxDistance)
            : () => new RadiusCollector(radius, bits);
    }

    /// <summary>The k nearest codes of each query.</summary>
    public static HammingMatch[][] Nearest(
        CodeSnapshot snapshot, BinaryCodes queries, int k, HammingSearchOptions options, CancellationToken cancellationToken) =>
        new FlatSearch(snapshot, k, radius: -1, options, cancellationToken).Run(queries);

    /// <summary>All codes within a radius of each query.</summary>
    public static HammingMatch[][] Within(
        CodeSnapshot snapshot, BinaryCodes queries, int radius, HammingSearchOptions options, CancellationToken cancellationToken) =>
        new FlatSearch(snapshot, int.MaxValue, radius, options, cancellationToken).Run(queries);

    private HammingMatch[][] Run(BinaryCodes queries)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        var rows = new HammingMatch[queries.Count][];
        if (_maxMatches == 0 || queries.Count == 0)
        {
            Array.Fill(rows, []);
            return rows;
        }
        // A row costs about a hundred times what the scan spends on a code: walk the rows where the filter leaves so few.
        if (_options.Filter is not null && _allowedCount <= _snapshot.Slots / 64)
            ForEachQuery(queries.Count, (long)_allowedCount * queries.Count * 64, query => rows[query] = WalkAllowed(queries[query]));
        else
            ScanBlocks(queries, rows);
        return rows;
    }

    private void ScanBlocks(BinaryCodes queries, HammingMatch[][] rows)
    {
        int blocks = (_snapshot.Slots + BlockLayout.Lanes - 1) / BlockLayout.Lanes;
        int threads = Threads((long)queries.Count * _snapshot.Slots);
        if (queries.Count < threads * 8 && blocks >= threads)
        {
            SplitBlocks(queries, rows, blocks, threads);
            return;
        }
        int chunk = Math.Clamp((queries.Count + threads - 1) / threads, 1, ScanWorker.MaxQueries);
        int chunks = (queries.Count + chunk - 1) / chunk, next = -1;
        Fork(Math.Min(threads, chunks), _ =>
        {
            using ScanWorker worker = NewWorker(chunk);
            for (int i = Interlocked.Increment(ref next); i < chunks; i = Interlocked.Increment(ref next))
            {
                int first = i * chunk, count = Math.Min(chunk, queries.Count - first);
                worker.Scan(queries, first, count, 0, blocks, _cancellationToken);
                for (int query = 0; query < count; query++)
                    rows[first + query] = worker.Collector(query).CopySorted(_snapshot.Ids);
            }
        });
    }

    /// <summary>Each thread scans its share of the blocks for all queries (there are few); the shares' matches are merged.</summary>
    private void SplitBlocks(BinaryCodes queries, HammingMatch[][] rows, int blocks, int threads)
    {
        var parts = new HammingMatch[threads][][];
        Fork(threads, thread =>
        {
            using ScanWorker worker = NewWorker(queries.Count);
            parts[thread] = new HammingMatch[queries.Count][];
            int firstBlock = (int)((long)blocks * thread / threads), endBlock = (int)((long)blocks * (thread + 1) / threads);
            for (int first = 0; first < queries.Count; first += ScanWorker.MaxQueries)
            {
                int count = Math.Min(ScanWorker.MaxQueries, queries.Count - first);
                worker.Scan(queries, first, count, firstBlock, endBlock, _cancellationToken);
                for (int query = 0; query < count; query++)
                    parts[thread][first + query] = worker.Collector(query).CopySorted(_snapshot.Ids);
            }
        });
        for (int query = 0; query < rows.Length; query++)
            rows[query] = threads == 1 ? parts[0][query] : Merge(parts, query);
    }

    private HammingMatch[] Merge(HammingMatch[][][] parts, int query)
    {
        HammingMatch[] all = [.. parts.SelectMany(part => part[query])];
        all.AsSpan().Sort(static (a, b) => a.Distance != b.Distance ? a.Distance.CompareTo(b.Distance) : a.Id.CompareTo(b.Id));
        return all.Length <= _maxMatches ? all : all[.._maxMatches];
    }

    private unsafe HammingMatch[] WalkAllowed(ReadOnlySpan<ulong> query)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        HitCollector collector = _newCollector();
        int words = query.Length;
        fixed (ulong* code = query)
        {
            for (int word = 0; word < _allowed!.Length; word++)
            {
                for (ulong lanes = _allowed[word]; lanes != 0; lanes &= lanes - 1)
                {
                    int slot = word * 64 + BitOperations.TrailingZeroCount(lanes);
                    CodeSegment segment = _snapshot.SegmentOf(slot);
                    int distance = HammingDistance.Between(segment.Rows + (long)(slot - segment.FirstSlot) * words, code, words);
                    if (distance <= collector.Limit)
                        collector.Add(slot, distance);
                    segment.KeepAlive();
                }
            }
        }
        return collector.CopySorted(_snapshot.Ids);
    }

    private ScanWorker NewWorker(int maxQueries) => new(_snapshot, _allowed, _options.Level, maxQueries, _newCollector);

    private int Threads(long comparisons) => (int)Math.Clamp(comparisons / MinComparisonsPerThread, 1, _options.ActualThreads);

    private void ForEachQuery(int count, long comparisons, Action<int> body)
    {
        int threads = Threads(comparisons), next = -1;
        Fork(Math.Min(threads, count), _ =>
        {
            for (int i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
                body(i);
        });
    }

    private void Fork(int threads, Action<int> body) => WorkerThreads.Run(threads, body, _cancellationToken);
}
