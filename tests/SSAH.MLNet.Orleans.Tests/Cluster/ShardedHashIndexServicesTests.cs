using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using SSAH.MLNet.Orleans.Shards;

namespace SSAH.MLNet.Orleans.Tests.Cluster;

/// <summary>Options, and what silos say when they start.</summary>
public sealed class ShardedHashIndexServicesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void All_that_is_wrong_is_said_at_once()
    {
        using IHost host = HostOf(options => (options.Bits, options.Shards, options.Replicas, options.CompactAfterBytes) = (0, 0, 9, 1));
        string message = Assert.Throws<OptionsValidationException>(() =>
            host.Services.GetRequiredService<IOptionsMonitor<ShardedHashIndexOptions>>().Get("photos")).Message;
        Assert.All(["Bits", "Shards", "Replicas", "CompactAfterBytes", "Folder"], option => Assert.Contains(option, message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Other_shards_or_bits_than_the_files_have_are_refused()
    {
        ShardedHashIndexOptions Options(int bits, int shards) => new() { Folder = _folder.Path, Bits = bits, Shards = shards };
        await IndexManifest.EnsureAsync("photos", Options(64, 4), default);
        await IndexManifest.EnsureAsync("photos", Options(64, 4), default);
        foreach ((int bits, int shards) in new[] { (64, 8), (48, 4) })
        {
            var error = await Assert.ThrowsAsync<InvalidOperationException>(() => IndexManifest.EnsureAsync("photos", Options(bits, shards), default));
            Assert.Contains("Set Shards = 4 and Bits = 64", error.Message, StringComparison.Ordinal);
        }
        foreach (string text in new[] { "", "null", "{}", "[1]", "{\"Version\":2,\"Bits\":64,\"Shards\":4}", "{\"Version\":\"1\"}",
            "{\"Version\":1,\"Bits\":64,\"Shards\":4}" })
        {
            await File.WriteAllTextAsync(_folder.At("photos", "index.json"), text);
            await Assert.ThrowsAsync<DamagedFileException>(() => IndexManifest.EnsureAsync("photos", Options(64, 4), default));
        }
    }

    [Fact]
    public async Task Silos_that_start_at_once_make_one_index()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
            IndexManifest.EnsureAsync("photos", new ShardedHashIndexOptions { Folder = _folder.Path, Bits = 64, Shards = 5 }, default))));
        Assert.Equal(5, Directory.GetDirectories(_folder.At("photos")).Length);
    }

    [Fact]
    public void Index_is_found_by_its_name_and_the_first_without_one()
    {
        using IHost host = HostOf(options => (options.Folder, options.Bits) = (_folder.Path, 64));
        Assert.Equal("photos", host.Services.GetRequiredService<ShardedHashIndex>().Name);
        Assert.Equal("photos", host.Services.GetRequiredKeyedService<ShardedHashIndex>("photos").Name);
        Assert.Equal("clips", host.Services.GetRequiredKeyedService<ShardedHashIndex>("clips").Name);
    }

    private static IHost HostOf(Action<ShardedHashIndexOptions> configure)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.UseOrleans(silo => silo.UseLocalhostClustering().AddShardedHashIndex("photos", configure).AddShardedHashIndex("clips", configure));
        return builder.Build();
    }
}
