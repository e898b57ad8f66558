using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.TestingHost;
using SSAH.MLNet.Orleans.Grains;
using SSAH.MLNet.Orleans.Placement;

namespace SSAH.MLNet.Orleans.Tests.Cluster;

public sealed class MovingTests
{
    [Fact]
    public async Task Replicas_move_to_a_silo_that_joins_and_answers_stay_whole()
    {
        using var folder = new TempFolder();
        var options = new ShardedHashIndexOptions { Folder = folder.Path, Bits = 40, Shards = 6, LookAtPlaceEvery = TimeSpan.FromMilliseconds(300) };
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) => silo.AddShardedHashIndex("moving", each =>
            (each.Folder, each.Bits, each.Shards, each.LookAtPlaceEvery) = (options.Folder, options.Bits, options.Shards, options.LookAtPlaceEvery)));
        await using InProcessTestCluster cluster = builder.Build();
        await cluster.DeployAsync();
        var index = new ShardedHashIndex(cluster.Client, "moving");
        long[] ids = [.. Enumerable.Range(0, 100)];
        BinaryCodes codes = NaiveIndex.RandomCodes(40, ids.Length, new Random(1));
        await index.UpsertAsync(codes, ids);

        await cluster.StartAdditionalSiloAsync();
        SiloAddress[] silos = [.. cluster.GetActiveSilos().Select(silo => silo.SiloAddress)];
        string[] planned = [.. Enumerable.Range(0, options.Shards)
            .Select(shard => $"{ReplicaPlan.SiloOf(new ReplicaKey("moving", shard, 0), options, silos)}")];
        Assert.Equal(2, planned.Distinct().Count());
        string[] actual = [];
        for (int i = 0; i < 400 && !planned.SequenceEqual(actual); i++)
        {
            // While they move, each answer is whole.
            Assert.Equal(100, (await index.SearchRadiusAsync(codes.Slice(0, 1), 40))[0].Length);
            await Task.Delay(50);
            var found = await cluster.Client.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics();
            actual = [.. found.Where(each => each.GrainType.Contains(nameof(HashShardGrain), StringComparison.Ordinal))
                .OrderBy(each => each.GrainId.Key.ToString(), StringComparer.Ordinal).Select(each => $"{each.SiloAddress}")];
        }
        Assert.Equal(planned, actual);
    }
}
