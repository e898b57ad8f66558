using Orleans.Runtime;
using SSAH.MLNet.Orleans.Grains;
using SSAH.MLNet.Orleans.Shards;

namespace SSAH.MLNet.Orleans.Placement;

/// <summary>
/// Where each replica belongs, worked out from the silos alone, so that all silos agree: replicas of a shard on different silos, as many on each silo
/// as on any other, give or take one shard, and few that move when a silo comes or goes (rendezvous hashing under a bound).
/// </summary>
internal static class ReplicaPlan
{
    /// <summary>The silo of a replica.</summary>
    public static SiloAddress SiloOf(ReplicaKey key, ShardedHashIndexOptions options, IReadOnlyCollection<SiloAddress> silos)
    {
        SiloAddress[] sorted = [.. silos.Order()];
        int[,] plan = Of(key.Index, options.Shards, options.Replicas, [.. sorted.Select(silo => silo.ToParsableString())]);
        return key.Shard < options.Shards && key.Replica < options.Replicas ? sorted[plan[key.Shard, key.Replica]] : sorted[0];
    }

    /// <summary>The position of the silo of each replica of each shard.</summary>
    public static int[,] Of(string index, int shards, int replicas, string[] silos)
    {
        var plan = new int[shards, replicas];
        var load = new int[silos.Length];
        int most = (shards * replicas + silos.Length - 1) / silos.Length;
        ulong[] names = [.. silos.Select(HashOf)];
        for (int shard = 0; shard < shards; shard++)
        {
            ulong wish = ShardMap.Scrambled(HashOf(index) + (ulong)shard);
            int[] order = [.. Enumerable.Range(0, silos.Length).OrderBy(silo => ShardMap.Scrambled(names[silo] ^ wish)).ThenBy(silo => silo)];
            for (int replica = 0; replica < replicas; replica++)
            {
                int[] free = [.. order.Where(silo => !Enumerable.Range(0, replica).Any(before => plan[shard, before] == silo))];
                // More replicas than silos: they have to share.
                if (free.Length == 0)
                    free = order;
                int[] below = [.. free.Where(silo => load[silo] < most)];
                int chosen = below.Length > 0 ? below[0] : free.MinBy(silo => load[silo]);
                plan[shard, replica] = chosen;
                load[chosen]++;
            }
        }
        return plan;
    }

    // FNV-1a: the same in every process, which string.GetHashCode is not.
    private static ulong HashOf(string text)
    {
        ulong hash = 14695981039346656037;
        foreach (char letter in text)
            hash = (hash ^ letter) * 1099511628211;
        return ShardMap.Scrambled(hash);
    }
}
