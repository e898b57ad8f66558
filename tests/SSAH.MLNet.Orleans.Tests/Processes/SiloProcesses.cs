using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;

namespace SSAH.MLNet.Orleans.Tests.Processes;

/// <summary>Silos on loopback: two in this process, of which the first keeps the list of silos, one as a process that can be killed; and a client.</summary>
internal sealed class SiloProcesses : IAsyncDisposable
{
    private readonly int[] _ports = FreePorts.Take(6);
    private readonly IHost[] _hosts;
    private SiloProcess? _process;

    private SiloProcesses(string folder) => _hosts = [HostOf(builder => builder.UseOrleans(silo => Configure(silo, folder, 0))),
        HostOf(builder => builder.UseOrleans(silo => Configure(silo, folder, 1))),
        HostOf(builder => builder.UseOrleansClient(client =>
        {
            client.UseLocalhostClustering(_ports[3..]);
            Array.ForEach(ProbeSilo.Indexes, each => client.AddShardedHashIndex(each.Name));
        }))];

    public ShardedHashIndex Index(string name) => _hosts[2].Services.GetRequiredKeyedService<ShardedHashIndex>(name);

    public static async Task<SiloProcesses> StartAsync(string folder, bool withProcess)
    {
        var silos = new SiloProcesses(folder);
        foreach (IHost host in silos._hosts[..2])
            await host.StartAsync();
        if (withProcess)
        {
            silos._process = SiloProcess.Start(folder, silos._ports[2], silos._ports[5], silos._ports[0]);
            await silos._process.ReadyAsync();
        }
        await silos._hosts[2].StartAsync();
        return silos;
    }

    public void Kill() => _process!.Kill();

    public async ValueTask DisposeAsync()
    {
        _process?.Dispose();
        foreach (IHost host in _hosts.Reverse())
        {
            using var limit = new CancellationTokenSource(2000);
            try
            {
                await host.StopAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                // It would say good-bye to the one that was killed.
            }
            host.Dispose();
        }
    }

    private void Configure(ISiloBuilder silo, string folder, int number) =>
        ProbeSilo.Configure(silo, folder, _ports[number], _ports[3 + number], _ports[0]);

    private static IHost HostOf(Action<HostApplicationBuilder> configure)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        configure(builder);
        return builder.Build();
    }
}
