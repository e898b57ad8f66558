using System.Diagnostics;
using SSAH.MLNet.Orleans.Grains;

namespace SSAH.MLNet.Orleans;

/// <summary>
/// An exact index whose codes are spread over the silos of an Orleans cluster. Searches answer what one index with all codes would, to the last id, or
/// say which shards they lack; what was written when a write returns is on the disk, and every later search sees it.
/// </summary>
/// <remarks>Thread-safe. It keeps nothing: make one wherever there is an <see cref="IGrainFactory"/>, in a client or in a silo.</remarks>
public sealed class ShardedHashIndex
{
    private const int WordsAtOnce = 1 << 20, MatchesAtOnce = 1 << 20;

    private readonly CoordinatorCalls _calls;

    /// <summary>Makes the client of an index.</summary>
    /// <param name="grains">The cluster.</param>
    /// <param name="name">The index, as the silos know it.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is not a name of an index.</exception>
    public ShardedHashIndex(IGrainFactory grains, string name)
    {
        ArgumentNullException.ThrowIfNull(grains);
        IndexName.ThrowIfNone(name);
        (Name, _calls) = (name, new CoordinatorCalls(grains, name));
    }

    /// <summary>The index.</summary>
    public string Name { get; }

    /// <summary>How long a write may take before it fails. Default 30 s.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Writes codes under ids; codes that are there under these ids are replaced. Doing it twice does it once.</summary>
    /// <param name="codes">The codes.</param>
    /// <param name="ids">An id for each code: not negative, each once. Many at once are much cheaper than one by one.</param>
    /// <param name="cancellationToken">Stops waiting; what was sent may still be written.</param>
    /// <exception cref="ArgumentException">The codes have another length or come from another model than those of the index, or the ids have another
    /// count, or one is negative or there twice.</exception>
    /// <exception cref="ShardsUnavailableException">Not all shards have said that it is on their disk.</exception>
    /// <exception cref="InvalidOperationException">The silos do not host such an index.</exception>
    public async Task UpsertAsync(BinaryCodes codes, ReadOnlyMemory<long> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(codes);
        if (ids.Length != codes.Count)
            throw new ArgumentException($"There are {codes.Count} codes but {ids.Length} ids.", nameof(ids));
        ThrowIfUnfit(ids.Span);
        int atOnce = Math.Max(1, WordsAtOnce / (codes.WordsPerCode + 1));
        await WriteAllAsync(ids.Length, atOnce, (first, count) => new ShardRecords
        {
            Ids = ids.Slice(first, count).ToArray(), Words = codes.Words.Slice(first * codes.WordsPerCode, count * codes.WordsPerCode).ToArray(),
            Bits = codes.Bits, ModelId = codes.ModelId, Operation = Guid.NewGuid(), Until = Until(),
        }, cancellationToken);
    }

    /// <summary>Removes codes. Doing it twice does it once.</summary>
    /// <param name="ids">Ids, each once; those that are not there are ignored.</param>
    /// <param name="cancellationToken">Stops waiting; what was sent may still be removed.</param>
    /// <exception cref="ArgumentException">An id is negative or there twice.</exception>
    /// <exception cref="ShardsUnavailableException">Not all shards have said that it is on their disk.</exception>
    /// <exception cref="InvalidOperationException">The silos do not host such an index.</exception>
    public async Task RemoveAsync(ReadOnlyMemory<long> ids, CancellationToken cancellationToken = default)
    {
        ThrowIfUnfit(ids.Span);
        await WriteAllAsync(ids.Length, WordsAtOnce, (first, count) =>
            new ShardRecords { Ids = ids.Slice(first, count).ToArray(), Operation = Guid.NewGuid(), Until = Until() }, cancellationToken);
    }

    /// <summary>Finds the k nearest codes of each query; ties at the k-th distance go to the lowest ids.</summary>
    /// <param name="queries">Queries, of the length of the index's codes. A batch is cheaper than as many single ones.</param>
    /// <param name="k">Number of codes to find, at least 1.</param>
    /// <param name="options">Time, and whether shards may be missing.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="ArgumentException">The queries have another length or come from another model, or find more than an answer may have (4,194,304
    /// matches).</exception>
    /// <exception cref="ShardsUnavailableException">Shards did not answer, and <see cref="ShardedSearchOptions.AllowPartial"/> is false, or no silo
    /// did.</exception>
    /// <exception cref="InvalidOperationException">The silos do not host such an index.</exception>
    public Task<ShardedMatches> SearchAsync(BinaryCodes queries, int k, ShardedSearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        return FindAsync(queries, k, -1, options, cancellationToken);
    }

    /// <summary>Finds all codes within a Hamming radius of each query.</summary>
    /// <param name="queries">Queries, of the length of the index's codes.</param>
    /// <param name="radius">The largest distance to find, 0 or more.</param>
    /// <param name="options">Time, and whether shards may be missing.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="ArgumentException">The queries have another length or come from another model, or find more than an answer may have (4,194,304
    /// matches).</exception>
    /// <exception cref="ShardsUnavailableException">Shards did not answer, and <see cref="ShardedSearchOptions.AllowPartial"/> is false, or no silo
    /// did.</exception>
    /// <exception cref="InvalidOperationException">The silos do not host such an index.</exception>
    public Task<ShardedMatches> SearchRadiusAsync(
        BinaryCodes queries, int radius, ShardedSearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(radius);
        return FindAsync(queries, int.MaxValue, radius, options, cancellationToken);
    }

    /// <summary>Counts the codes of all shards.</summary>
    /// <param name="cancellationToken">Stops the counting.</param>
    /// <exception cref="ShardsUnavailableException">Not all shards answered.</exception>
    /// <exception cref="InvalidOperationException">The silos do not host such an index.</exception>
    public async Task<long> CountAsync(CancellationToken cancellationToken = default)
    {
        TimeSpan timeout = ShardedSearchOptions.Default.Timeout;
        Answer answer = await AskAsync((coordinator, left, token) => coordinator.CountAsync(left, token), timeout, cancellationToken);
        ThrowIfMissing(answer, "Ask again when their silos are back.");
        return answer.Count;
    }

    private async Task<ShardedMatches> FindAsync(BinaryCodes queries, int k, int radius, ShardedSearchOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queries);
        options ??= ShardedSearchOptions.Default;
        long start = Stopwatch.GetTimestamp();
        int words = queries.WordsPerCode, first = 0;
        // How much a radius finds nobody knows before.
        int atOnce = Math.Max(1, Math.Min(WordsAtOnce / words, radius < 0 ? MatchesAtOnce / k : int.MaxValue));
        var rows = new List<HammingMatch[]>(queries.Count);
        var all = new Answer();
        do
        {
            int count = Math.Min(atOnce, queries.Count - first);
            var query = new ShardQuery
            {
                Words = queries.Words.Slice(first * words, count * words).ToArray(), Bits = queries.Bits, ModelId = queries.ModelId, K = k, Radius = radius,
            };
            TimeSpan left = options.Timeout - Stopwatch.GetElapsedTime(start);
            Answer answer = await AskAsync((coordinator, time, token) => coordinator.SearchAsync(query, time, token),
                left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1), cancellationToken);
            rows.AddRange(answer.Matches!.ToRows());
            all = Joined(all, answer);
            if (!options.AllowPartial)
                ThrowIfMissing(all, $"Search with {nameof(ShardedSearchOptions.AllowPartial)} to get what the others found.");
        }
        while ((first += atOnce) < queries.Count);
        return new ShardedMatches(new HammingMatches([.. rows]),
            [.. all.Missing.Select(each => new MissingShard(each.Shard, each.Reason))], all.CoordinatorTime, all.SlowestShardTime);
    }

    /// <summary>Writes part by part: a shard that is missing in one does not keep the others from theirs.</summary>
    private async Task WriteAllAsync(int count, int atOnce, Func<int, int, ShardRecords> part, CancellationToken cancellationToken)
    {
        var all = new Answer();
        for (int first = 0; first < count; first += atOnce)
        {
            ShardRecords records = part(first, Math.Min(atOnce, count - first));
            Answer answer = await AskAsync((coordinator, left, token) => coordinator.WriteAsync(records, left, token), WriteTimeout, cancellationToken);
            all = Joined(all, answer);
        }
        ThrowIfMissing(all, "What belongs to them may be written or not: write the same again, which is safe.");
    }

    /// <summary>What the shards said of two parts: a shard that is missing in one is missing.</summary>
    private static Answer Joined(Answer all, Answer next) => next with
    {
        Missing = [.. all.Missing.Concat(next.Missing).DistinctBy(each => each.Shard).OrderBy(each => each.Shard)],
        CoordinatorTime = all.CoordinatorTime + next.CoordinatorTime, SlowestShardTime = all.SlowestShardTime + next.SlowestShardTime,
    };

    private uint Until() => (uint)Math.Clamp((DateTimeOffset.UtcNow + WriteTimeout).ToUnixTimeSeconds() + 1, 0, uint.MaxValue);

    private async Task<Answer> AskAsync(
        Func<IHashCoordinatorGrain, TimeSpan, CancellationToken, Task<Answer>> ask, TimeSpan timeout, CancellationToken cancellationToken)
    {
        Answer answer = await _calls.AskAsync(ask, timeout, cancellationToken);
        return answer.Refusal switch
        {
            Refusal.None => answer,
            Refusal.Argument => throw new ArgumentException(answer.Reason),
            _ => throw new InvalidOperationException(answer.Reason),
        };
    }

    private void ThrowIfMissing(Answer answer, string remedy)
    {
        if (answer.Missing.Length > 0)
            throw new ShardsUnavailableException(Name, answer.Shards, [.. answer.Missing.Select(each => new MissingShard(each.Shard, each.Reason))], remedy);
    }

    private static void ThrowIfUnfit(ReadOnlySpan<long> ids)
    {
        var seen = new HashSet<long>(ids.Length);
        foreach (long id in ids)
        {
            if (id < 0)
                throw new ArgumentException($"Id {id} is negative.", nameof(ids));
            if (!seen.Add(id))
                throw new ArgumentException($"Id {id} is there twice.", nameof(ids));
        }
    }
}
