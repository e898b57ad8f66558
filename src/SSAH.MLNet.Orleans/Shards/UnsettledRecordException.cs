namespace SSAH.MLNet.Orleans.Shards;

/// <summary>A record was read while it was written: reading again, with the shard's lock, says what it is.</summary>
internal sealed class UnsettledRecordException() : Exception("A record is being written: ask again.");
