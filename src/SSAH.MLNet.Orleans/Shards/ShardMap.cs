namespace SSAH.MLNet.Orleans.Shards;

/// <summary>Says which shard holds an id.</summary>
internal static class ShardMap
{
    /// <summary>The shard of an id: its scrambled bits as a fraction of the shards, so that ids of any pattern spread evenly.</summary>
    /// <remarks>Files depend on it: it never changes.</remarks>
    public static int ShardOf(long id, int shards) => (int)Math.BigMul(Scrambled((ulong)id), (ulong)shards, out _);

    /// <summary>The finalizer of SplitMix64: each bit of the input changes half of the output's.</summary>
    public static ulong Scrambled(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    /// <summary>The positions of ids, by shard.</summary>
    public static List<int>[] Split(ReadOnlySpan<long> ids, int shards)
    {
        var positions = new List<int>[shards];
        for (int shard = 0; shard < shards; shard++)
            positions[shard] = [];
        for (int i = 0; i < ids.Length; i++)
            positions[ShardOf(ids[i], shards)].Add(i);
        return positions;
    }
}
