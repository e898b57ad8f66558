namespace SSAH.MLNet.Hashing;

/// <summary>The matches of a batch of queries, each query's in ascending (distance, id).</summary>
public sealed class HammingMatches
{
    private readonly HammingMatch[][] _rows;

    internal HammingMatches(HammingMatch[][] rows) => _rows = rows;

    /// <summary>Number of queries.</summary>
    public int QueryCount => _rows.Length;

    /// <summary>The matches of one query; fewer than k where the index (after the filter) has fewer codes.</summary>
    /// <param name="query">Row of the query, 0 to <see cref="QueryCount"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such query.</exception>
    public ReadOnlySpan<HammingMatch> this[int query]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(query);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(query, _rows.Length);
            return _rows[query];
        }
    }
}
