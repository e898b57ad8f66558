namespace SSAH.MLNet.Orleans;

/// <summary>What a search found.</summary>
public sealed class ShardedMatches
{
    private readonly HammingMatches _matches;

    internal ShardedMatches(HammingMatches matches, IReadOnlyList<MissingShard> missing, TimeSpan coordinatorTime, TimeSpan slowestShardTime) =>
        (_matches, MissingShards, CoordinatorTime, SlowestShardTime) = (matches, missing, coordinatorTime, slowestShardTime);

    /// <summary>Number of queries.</summary>
    public int QueryCount => _matches.QueryCount;

    /// <summary>Whether shards are missing: then what is here is right, and what is not here may be in them.</summary>
    public bool IsPartial => MissingShards.Count > 0;

    /// <summary>The shards that did not answer in time, or could not; empty when the answer is that of one index with all codes.</summary>
    public IReadOnlyList<MissingShard> MissingShards { get; }

    /// <summary>Time that the coordinator took to ask and to put the answers together, without the time that it waited.</summary>
    public TimeSpan CoordinatorTime { get; }

    /// <summary>Time that the slowest shard searched.</summary>
    public TimeSpan SlowestShardTime { get; }

    /// <summary>The matches of one query, in ascending (distance, id).</summary>
    /// <param name="query">Row of the query, 0 to <see cref="QueryCount"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such query.</exception>
    public ReadOnlySpan<HammingMatch> this[int query] => _matches[query];
}
