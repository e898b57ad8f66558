using System.Runtime.Intrinsics.X86;

namespace SSAH.MLNet.Hashing;

/// <summary>
/// Scans a range of blocks for up to <see cref="MaxQueries"/> queries at a time: a tile of blocks that fits the first-level cache serves all
/// queries of the chunk before the next tile is read. Used by one thread, which disposes it after its last search.
/// </summary>
internal sealed unsafe class ScanWorker : IDisposable
{
    public const int MaxQueries = 64;

    private const int LineWords = 8;

    /// <summary>Leaves room beside the tile for 64 queries in a cache of 32 to 48 KiB.</summary>
    private const int TileBytes = 28 * 1024;

    private readonly CodeSnapshot _snapshot;
    private readonly ulong[]? _allowed;
    private readonly ScanKernel _streamed;
    private readonly ScanKernel _cached;
    private readonly ScanQuery[] _queries;
    private readonly HitCollector[] _collectors;
    private readonly int _tileBlocks;
    private readonly ulong[] _scratch;

    public ScanWorker(CodeSnapshot snapshot, ulong[]? allowed, KernelLevel level, int maxQueries, Func<HitCollector> newCollector)
    {
        (_snapshot, _allowed) = (snapshot, allowed);
        BlockLayout layout = snapshot.Layout;
        _streamed = ScanKernel.Create(level, layout, streams: true);
        _cached = ScanKernel.Create(level, layout, streams: false);
        _tileBlocks = Math.Max(1, TileBytes / (layout.BlockWords * sizeof(ulong)));
        int words = (ScanQuery.MemoryWords(layout) + 7) / 8 * 8;
        int queries = Math.Min(maxQueries, MaxQueries);
        _scratch = PinnedScratch.Rent(words * queries, out ulong* memory);
        _queries = new ScanQuery[queries];
        _collectors = new HitCollector[queries];
        for (int i = 0; i < queries; i++)
        {
            _queries[i] = new ScanQuery(layout, memory + (long)i * words, _scratch);
            _collectors[i] = newCollector();
        }
    }

    public void Dispose() => PinnedScratch.Return(_scratch);

    /// <summary>The collector of the i-th query of the chunk, after <see cref="Scan"/>.</summary>
    public HitCollector Collector(int i) => _collectors[i];

    /// <summary>Scans for a chunk of queries.</summary>
    /// <param name="queries">All queries.</param>
    /// <param name="first">The chunk's first query.</param>
    /// <param name="count">Its length, at most <see cref="MaxQueries"/>.</param>
    /// <param name="firstBlock">First block of the store.</param>
    /// <param name="endBlock">Block after the last one.</param>
    /// <param name="cancellationToken">Looked at before each tile.</param>
    public void Scan(BinaryCodes queries, int first, int count, int firstBlock, int endBlock, CancellationToken cancellationToken)
    {
        for (int i = 0; i < count; i++)
        {
            _collectors[i].Reset();
            _queries[i].Prepare(queries[first + i], _collectors[i], _snapshot.Slots, _allowed);
        }
        // A query by itself reads half of the planes, once: no tiles, but fetching ahead just those.
        bool alone = count == 1;
        ScanKernel kernel = alone ? _streamed : _cached;
        foreach (CodeSegment segment in _snapshot.Segments)
        {
            int offset = segment.FirstSlot / BlockLayout.Lanes;
            int start = Math.Max(0, firstBlock - offset), end = Math.Min(segment.Blocks, endBlock - offset);
            for (int block = start, next; block < end; block = next)
            {
                cancellationToken.ThrowIfCancellationRequested();
                next = Math.Min(end, block + (alone ? _tileBlocks * 16 : _tileBlocks));
                for (int i = 0; i < count; i++)
                {
                    if (!alone)
                        PrefetchShare(segment, next, Math.Min(end, next + _tileBlocks), i, count);
                    if (_queries[i].IsDone)
                        continue;
                    if (segment.Planes is null)
                        _queries[i].WalkRows(segment, block * BlockLayout.Lanes, next * BlockLayout.Lanes);
                    else
                        kernel.Scan(segment, block, next, _queries[i]);
                }
            }
        }
    }

    /// <summary>Asks for the i-th share of the next tile, planes and rows: it then waits in the second-level cache when the first queries
    /// need it.</summary>
    private static void PrefetchShare(CodeSegment segment, int first, int end, int i, int shares)
    {
        BlockLayout layout = segment.Layout;
        if (segment.Planes is null)
            return;
        PrefetchShare(segment.Planes + (long)first * layout.BlockWords, (long)(end - first) * layout.BlockWords, i, shares);
        PrefetchShare(segment.Rows + (long)first * layout.BlockRowWords, (long)(end - first) * layout.BlockRowWords, i, shares);
    }

    private static void PrefetchShare(ulong* words, long count, int i, int shares)
    {
        if (!Sse.IsSupported)
            return;
        long lines = count / LineWords, end = lines * (i + 1) / shares;
        for (long line = lines * i / shares; line < end; line++)
            Sse.Prefetch1(words + line * LineWords);
    }
}
