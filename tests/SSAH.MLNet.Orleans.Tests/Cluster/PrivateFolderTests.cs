using Orleans.Hosting;
using Orleans.TestingHost;

namespace SSAH.MLNet.Orleans.Tests.Cluster;

/// <summary>A silo that does not see the folder of the others, as where it was not mounted.</summary>
public sealed class PrivateFolderTests
{
    [Fact]
    public async Task Silo_with_a_folder_of_its_own_makes_no_answer_short()
    {
        using var folder = new TempFolder();
        int started = 0;
        var builder = new InProcessTestClusterBuilder(2);
        builder.ConfigureSilo((_, silo) =>
        {
            string own = folder.At(Interlocked.Increment(ref started) == 1 ? "shared" : "not-mounted");
            silo.AddShardedHashIndex("photos", options => (options.Folder, options.Bits, options.Shards, options.Replicas) = (own, 40, 6, 2));
        });
        await using InProcessTestCluster cluster = builder.Build();
        await cluster.DeployAsync();
        var index = new ShardedHashIndex(cluster.Client, "photos");
        long[] ids = [.. Enumerable.Range(0, 100)];
        BinaryCodes codes = NaiveIndex.RandomCodes(40, ids.Length, new Random(1));
        foreach (Func<Task> ask in new Func<Task>[] { () => index.UpsertAsync(codes, ids), () => index.SearchAsync(codes, 1), () => index.CountAsync() })
        {
            var error = await Assert.ThrowsAsync<ShardsUnavailableException>(ask);
            Assert.Contains("mount the same folder on every silo", error.Message, StringComparison.Ordinal);
            Assert.NotEmpty(error.MissingShards);
        }
    }
}
