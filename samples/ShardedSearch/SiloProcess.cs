using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Samples.ShardedSearch;

/// <summary>A silo as a process of this program, whose first argument is then "silo".</summary>
internal sealed class SiloProcess : IDisposable
{
    public const string Index = "photos";
    public const int Bits = 64, Shards = 6;

    private readonly Process _process;

    private SiloProcess(Process process) => _process = process;

    /// <summary>Hosts the index until the input ends, as it does when the client is gone.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        (var folder, var bits) = (arguments[0], int.Parse(arguments[1], CultureInfo.InvariantCulture));
        int[] ports = [.. arguments[2..].Select(port => int.Parse(port, CultureInfo.InvariantCulture))];
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.UseOrleans(silo => silo
            // For real machines: a clustering provider, such as ADO.NET's or Redis', in place of this one, whose first silo must live.
            .UseLocalhostClustering(ports[0], ports[1], new IPEndPoint(IPAddress.Loopback, ports[2]))
            // A silo that is gone is found out in two seconds, not in fifteen.
            .Configure<ClusterMembershipOptions>(options =>
                (options.ProbeTimeout, options.NumMissedProbesLimit, options.NumVotesForDeathDeclaration) = (TimeSpan.FromSeconds(1), 2, 1))
            .AddShardedHashIndex(Index, options => (options.Folder, options.Bits, options.Shards) = (folder, bits, Shards)));
        using var host = builder.Build();
        await host.StartAsync();
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is not null)
            ;
        return 0;
    }

    public static SiloProcess Start(string folder, int bits, params int[] ports) => new(Process.Start(new ProcessStartInfo("dotnet",
        [typeof(SiloProcess).Assembly.Location, "silo", folder, .. ports.Prepend(bits).Select(number => number.ToString(CultureInfo.InvariantCulture))])
    { RedirectStandardInput = true, RedirectStandardOutput = true })!);

    public async Task ReadyAsync()
    {
        if (await _process.StandardOutput.ReadLineAsync() != "ready")
            throw new InvalidOperationException("A silo did not start.");
    }

    public void Kill() => _process.Kill();

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }

    public static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        Array.ForEach(listeners, listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        Array.ForEach(listeners, listener => listener.Stop());
        return ports;
    }

    public static BinaryCodes DrawnCodes(int count)
    {
        var random = new Random(1);
        var centers = Enumerable.Range(0, 1000).Select(_ => random.NextInt64()).ToArray();
        long Flips() => 1L << random.Next(64) | 1L << random.Next(64) | 1L << random.Next(64);
        return BinaryCodes.FromPacked(Bits, [.. Enumerable.Range(0, count).SelectMany(_ => BitConverter.GetBytes(centers[random.Next(1000)] ^ Flips()))]);
    }
}
