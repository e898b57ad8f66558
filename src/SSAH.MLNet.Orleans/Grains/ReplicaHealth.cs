namespace SSAH.MLNet.Orleans.Grains;

/// <summary>Which replicas of each shard are asked first: in turn, and those last that did not answer lately.</summary>
internal sealed class ReplicaHealth(int shards, int replicas)
{
    private const long RestMilliseconds = 2000;

    private readonly long[] _restUntil = new long[shards * replicas];
    private readonly int[] _turns = new int[shards];

    /// <summary>The replicas of a shard in the order in which they are asked.</summary>
    public int[] Order(int shard)
    {
        if (replicas == 1)
            return [0];
        int first = (int)((uint)_turns[shard]++ % (uint)replicas);
        long now = Environment.TickCount64;
        return [.. Enumerable.Range(first, replicas).Select(replica => replica % replicas)
            .OrderBy(replica => _restUntil[shard * replicas + replica] > now)];
    }

    /// <summary>Notes that a replica failed, or that another that was asked later was faster.</summary>
    public void Rest(int shard, int replica) => _restUntil[shard * replicas + replica] = Environment.TickCount64 + RestMilliseconds;

    public void Recover(int shard, int replica) => _restUntil[shard * replicas + replica] = 0;
}
