namespace SSAH.MLNet.Orleans.Grains;

/// <summary>Asks all shards of an index and puts their answers together; its key is a <see cref="CoordinatorKey"/>. It keeps nothing that matters:
/// each silo has its own.</summary>
[Alias("ssah.coordinator")]
internal interface IHashCoordinatorGrain : IGrainWithStringKey
{
    /// <summary>Searches all shards. Shards that have not answered when the time is over are missing.</summary>
    [Alias("search"), ResponseTimeout("01:00:00")]
    Task<Answer> SearchAsync(ShardQuery query, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Writes into the shards of the ids. Those that have not said by the end of the time that it is on the disk are missing.</summary>
    [Alias("write"), ResponseTimeout("01:00:00")]
    Task<Answer> WriteAsync(ShardRecords records, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Counts the codes.</summary>
    [Alias("count"), ResponseTimeout("01:00:00")]
    Task<Answer> CountAsync(TimeSpan timeout, CancellationToken cancellationToken);
}
