using CsCheck;
using SSAH.MLNet.Orleans.Placement;
using SSAH.MLNet.Orleans.Shards;

namespace SSAH.MLNet.Orleans.Tests.Placement;

public sealed class ReplicaPlanTests
{
    private static readonly Gen<(int Shards, int Replicas, int Silos, int Seed)> s_clusters =
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 4], Gen.Int[1, 9], Gen.Int[0, 1000]);

    [Fact]
    public void Replicas_of_a_shard_are_on_different_silos_and_silos_have_about_as_many() => s_clusters.Sample(cluster =>
    {
        int[,] plan = ReplicaPlan.Of("test", cluster.Shards, cluster.Replicas, NamesOf(cluster.Silos, cluster.Seed));
        var load = new int[cluster.Silos];
        for (int shard = 0; shard < cluster.Shards; shard++)
        {
            int[] silos = [.. Enumerable.Range(0, cluster.Replicas).Select(replica => plan[shard, replica])];
            Assert.Equal(Math.Min(cluster.Replicas, cluster.Silos), silos.Distinct().Count());
            Array.ForEach([.. silos.Distinct()], silo => load[silo]++);
        }
        // The last shards may have to go where a sibling is not, though that silo has its share already. Replicas beyond the silos are none.
        int replicas = Math.Min(cluster.Replicas, cluster.Silos);
        Assert.InRange(load.Max(), 0, (cluster.Shards * replicas + cluster.Silos - 1) / cluster.Silos + replicas);
    });

    [Fact]
    public void Few_replicas_move_when_a_silo_goes() => Gen.Select(Gen.Int[8, 64], Gen.Int[3, 8], Gen.Int[0, 100]).Sample((shards, silos, seed) =>
    {
        // Of one cluster chance decides more than the plan does.
        double moved = Enumerable.Range(seed, 20).Average(each =>
        {
            string[] all = NamesOf(silos, each), left = all[1..];
            int[,] before = ReplicaPlan.Of("test", shards, 1, all), after = ReplicaPlan.Of("test", shards, 1, left);
            return Enumerable.Range(0, shards).Count(shard => all[before[shard, 0]] != left[after[shard, 0]]);
        });
        // Those of the silo that went, and some that its load pushes on; by remainder two thirds and more would move.
        Assert.InRange(moved, 0, 0.6 * shards);
    });

    [Fact]
    public void Every_id_has_a_shard_and_shards_are_of_about_one_size()
    {
        foreach (int shards in new[] { 1, 3, 8, 1000 })
        {
            // Ids as databases make them: one after the other, in steps, and negative bits.
            foreach (Func<int, long> idOf in new Func<int, long>[] { i => i, i => i * 1024L, i => long.MaxValue - i })
            {
                var sizes = new int[shards];
                for (int i = 0; i < 200 * shards; i++)
                    sizes[ShardMap.ShardOf(idOf(i), shards)]++;
                Assert.All(sizes, size => Assert.InRange(size, 120, 290));
            }
        }
        // Files depend on it.
        Assert.Equal([0, 2, 6, 0, 5, 5, 6, 0], Enumerable.Range(0, 8).Select(id => ShardMap.ShardOf(id, 8)));
    }

    private static string[] NamesOf(int silos, int seed) => [.. Enumerable.Range(0, silos).Select(silo => $"S10.0.{seed}.{silo}:11111:{seed * 7}")];
}
