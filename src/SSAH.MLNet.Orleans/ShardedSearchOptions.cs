namespace SSAH.MLNet.Orleans;

/// <summary>How a <see cref="ShardedHashIndex"/> is searched.</summary>
public sealed record ShardedSearchOptions
{
    internal static ShardedSearchOptions Default { get; } = new();

    /// <summary>How long the shards have to answer; what the others found is then waited for two seconds more, where no silo says anything. Default 5
    /// s.</summary>
    /// <value>1 ms to 1 hour.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside its range.</exception>
    public TimeSpan Timeout
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(1));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromHours(1));
            field = value;
        }
    } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether an answer may lack shards that did not answer in time: it says so in <see cref="ShardedMatches.IsPartial"/>. Default false: such a
    /// search throws
    /// <see cref="ShardsUnavailableException"/>.
    /// </summary>
    public bool AllowPartial { get; init; }
}
