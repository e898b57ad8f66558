namespace SSAH.MLNet.Orleans.Grains;

/// <summary>One replica of a shard; its key is a <see cref="ReplicaKey"/>.</summary>
[Alias("ssah.shard")]
internal interface IHashShardGrain : IGrainWithStringKey
{
    [Alias("search"), ResponseTimeout("01:00:00")]
    Task<ShardAnswer> SearchAsync(ShardQuery query, CancellationToken cancellationToken);

    [Alias("write"), ResponseTimeout("01:00:00")]
    Task<ShardAnswer> WriteAsync(ShardRecords records, CancellationToken cancellationToken);

    [Alias("count"), ResponseTimeout("01:00:00")]
    Task<ShardAnswer> CountAsync(Guid files, CancellationToken cancellationToken);
}
