using Orleans;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace SSAH.MLNet.Orleans.Tests.Cluster;

/// <summary>Three silos in this process, which host indexes of several shapes.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private InProcessTestCluster _cluster = null!;

    /// <summary>Names, bits, shards and replicas.</summary>
    internal static (string Name, int Bits, int Shards, int Replicas)[] Shapes { get; } =
        [("one", 64, 1, 1), ("three-twice", 48, 3, 2), ("seven", 130, 7, 1), ("five-thrice", 32, 5, 3)];

    internal IGrainFactory Grains => _cluster.Client;

    internal InProcessTestCluster Cluster => _cluster;

    internal string FolderOf(string index, int shard) => _folder.At(index, FormattableString.Invariant($"shard-{shard:D4}"));

    public async ValueTask InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(3);
        builder.ConfigureSilo((_, silo) =>
        {
            foreach ((string name, int bits, int shards, int replicas) in Shapes.Append(("damaged", 64, 4, 2)).Append(("few", 64, 4, 1)))
            {
                silo.AddShardedHashIndex(name, options =>
                {
                    (options.Folder, options.Bits, options.Shards, options.Replicas) = (_folder.Path, bits, shards, replicas);
                    options.CompactAfterBytes = 4096;
                    options.MostMatches = name == "few" ? 50 : options.MostMatches;
                });
            }
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _folder.Dispose();
    }
}
