using Orleans.Hosting;
using Orleans.TestingHost;
using SSAH.MLNet.Orleans.Shards;

namespace SSAH.MLNet.Orleans.Tests.Cluster;

/// <summary>A silo that does not see the folder of the others, as where it was not mounted.</summary>
public sealed class PrivateFolderTests
{
    /// <summary>With one shard and one replica all that answers may lie on one silo, and agree with itself.</summary>
    [Theory]
    [InlineData(6, 2)]
    [InlineData(1, 1)]
    public async Task Silo_with_a_folder_of_its_own_makes_no_answer_short(int shards, int replicas)
    {
        using var folder = new TempFolder();
        await using InProcessTestCluster cluster = await ClusterOfAsync(silos: 2, folder, shards, replicas);
        var index = new ShardedHashIndex(cluster.Client, "photos");
        long[] ids = [.. Enumerable.Range(0, 100)];
        BinaryCodes codes = NaiveIndex.RandomCodes(40, ids.Length, new Random(1));
        // Several times each: coordinators are asked in turn, on either silo.
        foreach (Func<Task> ask in new Func<Task>[] { () => index.UpsertAsync(codes, ids), () => index.SearchAsync(codes, 1), () => index.CountAsync() })
        {
            for (int i = 0; i < 8; i++)
            {
                var error = await Assert.ThrowsAsync<ShardsUnavailableException>(ask);
                Assert.Contains("mount the same folder on every silo", error.Message, StringComparison.Ordinal);
                Assert.NotEmpty(error.MissingShards);
            }
        }
    }

    /// <summary>What a partial answer has is right: nothing of it comes from the odd folder.</summary>
    [Fact]
    public async Task Partial_answer_has_nothing_of_the_folder_that_one_silo_alone_sees()
    {
        using var folder = new TempFolder();
        await using InProcessTestCluster cluster = await ClusterOfAsync(silos: 3, folder, shards: 6, replicas: 1);
        var index = new ShardedHashIndex(cluster.Client, "photos");
        long[] ids = [.. Enumerable.Range(0, 100)];
        BinaryCodes codes = NaiveIndex.RandomCodes(40, ids.Length, new Random(1));
        // What belongs to shards on the odd silo is not written, and said to be missing; its own coordinator writes nothing.
        for (int i = 0; i < 8; i++)
            await Assert.ThrowsAsync<ShardsUnavailableException>(() => index.UpsertAsync(codes, ids));
        int some = 0;
        for (int i = 0; i < 16; i++)
        {
            ShardedMatches answer = await index.SearchRadiusAsync(codes.Slice(0, 1), 40, new ShardedSearchOptions { AllowPartial = true });
            Assert.True(answer.IsPartial);
            HashSet<int> missing = [.. answer.MissingShards.Select(each => each.Shard)];
            Assert.Equal(ids.Where(id => !missing.Contains(ShardMap.ShardOf(id, 6))), answer[0].ToArray().Select(match => match.Id).Order());
            some += answer[0].Length;
        }
        Assert.True(some > 0);
    }

    private static async Task<InProcessTestCluster> ClusterOfAsync(short silos, TempFolder folder, int shards, int replicas)
    {
        int started = 0;
        var builder = new InProcessTestClusterBuilder(silos);
        builder.ConfigureSilo((_, silo) =>
        {
            string own = folder.At(Interlocked.Increment(ref started) == 1 ? "not-mounted" : "shared");
            silo.AddShardedHashIndex("photos", options => (options.Folder, options.Bits, options.Shards, options.Replicas) = (own, 40, shards, replicas));
        });
        InProcessTestCluster cluster = builder.Build();
        await cluster.DeployAsync();
        return cluster;
    }
}
