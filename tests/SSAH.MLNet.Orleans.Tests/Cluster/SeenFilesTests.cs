using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.TestingHost;
using SSAH.MLNet.Orleans.Grains;
using SSAH.MLNet.Orleans.Shards;

namespace SSAH.MLNet.Orleans.Tests.Cluster;

/// <summary>What a silo says of its files counts for itself alone: where a question goes is a hint to Orleans, and another silo may answer it.</summary>
public sealed class SeenFilesTests
{
    [Fact]
    public async Task A_silo_that_answers_for_another_one_says_nothing_of_it()
    {
        using var folder = new TempFolder();
        int started = 0;
        SiloAddress? silent = null, answering = null;
        var answered = new ConcurrentDictionary<string, bool>();
        var builder = new InProcessTestClusterBuilder(3);
        builder.ConfigureSilo((_, silo) =>
        {
            string own = folder.At(Interlocked.Increment(ref started) == 3 ? "not-mounted" : "shared");
            silo.AddShardedHashIndex("photos", options => (options.Folder, options.Bits) = (own, 40));
            silo.AddIncomingGrainCallFilter(async call =>
            {
                await call.Invoke();
                if (call.Grain is IIndexFilesGrain && silent is not null && call.TargetId.Key.ToString() == IndexFilesGrain.Key("photos", silent))
                {
                    call.Result = (answering!, IdIn("shared"));
                    answered[silent.ToParsableString()] = true;
                }
            });
        });
        await using InProcessTestCluster cluster = builder.Build();
        await cluster.DeployAsync();
        var silos = cluster.GetActiveSilos().Select(silo => (silo.SiloAddress, Services: ((InProcessSiloHandle)silo).ServiceProvider))
            .Select(silo => (silo.SiloAddress, Seen: silo.Services.GetRequiredService<SeenFiles>(),
                Options: silo.Services.GetRequiredService<IOptionsMonitor<ShardedHashIndexOptions>>().Get("photos"))).ToArray();
        var sharing = silos.Where(silo => silo.Options.Folder.EndsWith("shared", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, sharing.Length);
        (silent, answering) = (sharing[1].SiloAddress, sharing[0].SiloAddress);

        // Of three one sees other files, and one is not known: the first cannot say that most agree with it.
        Assert.NotNull(await DifferenceAsync(isWanted: true));
        Assert.NotEmpty(answered);
        silent = null;
        // Asked again it answers for itself.
        Assert.Null(await DifferenceAsync(isWanted: false));

        // Silos have a second to answer, which may be too little for a busy machine, and are asked again after five.
        async Task<string?> DifferenceAsync(bool isWanted)
        {
            string? difference = null;
            for (int i = 0; i < 60; i++)
            {
                // One that has not answered yet is not known either.
                bool hasAnswered = !answered.IsEmpty;
                difference = await sharing[0].Seen.DifferenceAsync("photos", sharing[0].Options, IdIn("shared"), Task.Delay(Timeout.Infinite));
                if (hasAnswered && difference is not null == isWanted)
                    break;
                await Task.Delay(250);
            }
            return difference;
        }

        Guid IdIn(string name) => IndexManifest.IdOf("photos", new ShardedHashIndexOptions { Folder = folder.At(name), Bits = 40 });
    }
}
