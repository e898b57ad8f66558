using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
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

    /// <summary>One that cannot read its files says so, and the others are asked.</summary>
    [Fact]
    public async Task Silo_that_cannot_read_its_folder_fails_nothing_that_the_others_can_do()
    {
        using var folder = new TempFolder();
        await using InProcessTestCluster cluster = await ClusterOfAsync(silos: 3, folder, shards: 6, replicas: 2, withPrivate: false);
        var services = ((InProcessSiloHandle)cluster.GetActiveSilos().First()).ServiceProvider;
        // Gone after the silo has started and before it has read anything.
        services.GetRequiredService<IOptionsMonitor<ShardedHashIndexOptions>>().Get("photos").Folder = folder.At("not-mounted");
        var index = new ShardedHashIndex(cluster.Client, "photos");
        long[] ids = [.. Enumerable.Range(0, 100)];
        BinaryCodes codes = NaiveIndex.RandomCodes(40, ids.Length, new Random(1));
        // Several times: coordinators are asked in turn, on each silo.
        for (int i = 0; i < 16; i++)
        {
            await index.UpsertAsync(codes, ids);
            Assert.Equal(100, await index.CountAsync());
            Assert.Equal(100, (await index.SearchRadiusAsync(codes.Slice(0, 1), 40))[0].Length);
        }
    }

    /// <summary>Where no silo can read it, what is wrong is said at once.</summary>
    [Fact]
    public async Task Manifest_that_is_damaged_after_it_was_read_is_said()
    {
        using var folder = new TempFolder();
        await using InProcessTestCluster cluster = await ClusterOfAsync(silos: 1, folder, shards: 6, replicas: 1, withPrivate: false);
        var index = new ShardedHashIndex(cluster.Client, "photos");
        // Each coordinator knows the files then, and that the codes are of no model yet.
        for (int i = 0; i < 8; i++)
            await index.CountAsync();
        await File.WriteAllTextAsync(Path.Combine(folder.At("shared"), "photos", "index.json"), "{");
        var codes = new BinaryCodes(40, 1) { ModelId = "sha256:one" };
        codes.Add(new byte[5]);
        foreach (Func<Task> ask in new Func<Task>[] { () => index.UpsertAsync(codes, new long[] { 1 }), () => index.SearchAsync(codes, 1) })
        {
            var error = await Assert.ThrowsAsync<ShardsUnavailableException>(ask);
            Assert.Contains("it is damaged. Restore it from a backup", error.Message, StringComparison.Ordinal);
            Assert.Equal(6, error.MissingShards.Count);
        }
        ShardedMatches answer = await index.SearchAsync(codes, 1, new ShardedSearchOptions { AllowPartial = true });
        Assert.Equal((6, 0), (answer.MissingShards.Count, answer[0].Length));
    }

    private static async Task<InProcessTestCluster> ClusterOfAsync(short silos, TempFolder folder, int shards, int replicas, bool withPrivate = true)
    {
        int started = 0;
        var builder = new InProcessTestClusterBuilder(silos);
        builder.ConfigureSilo((_, silo) =>
        {
            string own = folder.At(Interlocked.Increment(ref started) == 1 && withPrivate ? "not-mounted" : "shared");
            silo.AddShardedHashIndex("photos", options => (options.Folder, options.Bits, options.Shards, options.Replicas) = (own, 40, shards, replicas));
        });
        InProcessTestCluster cluster = builder.Build();
        await cluster.DeployAsync();
        return cluster;
    }
}
