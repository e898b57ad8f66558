using System.Net;
using Orleans.Configuration;
using Orleans.Hosting;

namespace SSAH.MLNet.Orleans.Tests.Processes;

/// <summary>A silo on loopback that hosts the indexes that the tests use.</summary>
internal static class ProbeSilo
{
    public const int Bits = 32;

    /// <summary>Names, shards and replicas.</summary>
    public static (string Name, int Shards, int Replicas)[] Indexes { get; } = [("once", 5, 1), ("twice", 4, 2)];

    public static void Configure(ISiloBuilder silo, string folder, int port, int gateway, int primary)
    {
        silo.UseLocalhostClustering(port, gateway, new IPEndPoint(IPAddress.Loopback, primary));
        // A silo that is gone is found out in two seconds, not in fifteen.
        silo.Configure<ClusterMembershipOptions>(options =>
            (options.ProbeTimeout, options.NumMissedProbesLimit, options.NumVotesForDeathDeclaration) = (TimeSpan.FromSeconds(1), 2, 1));
        foreach ((string name, int shards, int replicas) in Indexes)
        {
            silo.AddShardedHashIndex(name, options =>
            {
                (options.Folder, options.Bits, options.Shards, options.Replicas) = (folder, Bits, shards, replicas);
                options.CompactAfterBytes = 1 << 14;
            });
        }
    }
}
