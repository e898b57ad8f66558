using Orleans;
using Orleans.Hosting;
using Orleans.TestingHost;
using SSAH.MLNet.Orleans.Grains;

namespace SSAH.MLNet.Orleans.Tests.Cluster;

/// <summary>What users read where silos fail: one line, not the stack traces that Orleans' own errors carry in their messages.</summary>
public sealed class ErrorLinesTests : IAsyncLifetime
{
    private static readonly ShardedSearchOptions s_soon = new() { Timeout = TimeSpan.FromSeconds(0.5) };

    private readonly TempFolder _folder = new();
    private InProcessTestCluster _cluster = null!;
    private Type? _failing;

    public async ValueTask InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddShardedHashIndex("photos", options => (options.Folder, options.Bits, options.Shards) = (_folder.Path, 40, 2));
            silo.AddIncomingGrainCallFilter(call => _failing is { } type && type.IsInstanceOfType(call.Grain)
                ? throw new InvalidOperationException("Forwarding failed\r\n   at Orleans.Runtime.Somewhere()\r\n") : call.Invoke());
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Error_of_many_lines_is_read_as_its_first_and_kept_as_the_cause()
    {
        _failing = typeof(IHashCoordinatorGrain);
        var error = await Assert.ThrowsAsync<ShardsUnavailableException>(SearchAsync);
        Assert.StartsWith("No silo answered for index 'photos' in time: Forwarding failed. Is the cluster running", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Contains("Orleans.Runtime.Somewhere", error.InnerException!.Message, StringComparison.Ordinal);

        _failing = typeof(IHashShardGrain);
        error = await Assert.ThrowsAsync<ShardsUnavailableException>(SearchAsync);
        Assert.Contains("shard 1: Forwarding failed.", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(["Forwarding failed.", "Forwarding failed."], error.MissingShards.Select(shard => shard.Reason));

        _failing = null;
        await SearchAsync();
    }

    [Fact]
    public async Task Damaged_manifest_is_named_with_its_remedy()
    {
        string manifest = _folder.At("photos", "index.json"), whole = await File.ReadAllTextAsync(manifest);
        await File.WriteAllTextAsync(manifest, whole[..(whole.Length / 2)]);
        var error = await Assert.ThrowsAsync<ShardsUnavailableException>(SearchAsync);
        Assert.Contains($"Cannot read '{manifest}': it is damaged. Restore it from a backup.", error.Message, StringComparison.Ordinal);
        Assert.Equal([0, 1], error.MissingShards.Select(shard => shard.Shard));

        await File.WriteAllTextAsync(manifest, whole);
        await SearchAsync();
    }

    private Task<ShardedMatches> SearchAsync() =>
        new ShardedHashIndex(_cluster.Client, "photos").SearchAsync(new BinaryCodes(40, 1) { ModelId = "a" }, 1, s_soon);
}
