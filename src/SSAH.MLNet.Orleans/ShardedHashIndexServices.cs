using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SSAH.MLNet.Orleans;
using SSAH.MLNet.Orleans.Grains;
using SSAH.MLNet.Orleans.Placement;
using SSAH.MLNet.Orleans.Shards;

namespace Orleans.Hosting;

/// <summary>Registers sharded indexes with silos and clients.</summary>
public static class ShardedHashIndexServices
{
    /// <summary>
    /// Makes a silo host an index, and registers its <see cref="ShardedHashIndex"/> for programs in the silo as <see
    /// cref="AddShardedHashIndex(IServiceCollection, string)"/>
    /// does. Every silo of the cluster is given the same. When the silo starts, the files of the index are made, or it is checked that they are as the
    /// options say.
    /// </summary>
    /// <param name="silo">The silo.</param>
    /// <param name="name">The index: 1 to 64 lowercase letters, digits, '-' and '_'.</param>
    /// <param name="configure">Sets at least <see cref="ShardedHashIndexOptions.Folder"/> and <see cref="ShardedHashIndexOptions.Bits"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is not a name of an index.</exception>
    public static ISiloBuilder AddShardedHashIndex(this ISiloBuilder silo, string name, Action<ShardedHashIndexOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(configure);
        silo.Services.AddShardedHashIndex(name);
        silo.Services.AddOptions<ShardedHashIndexOptions>(name).Configure(configure);
        silo.Services.AddSingleton<IValidateOptions<ShardedHashIndexOptions>>(new ShardedHashIndexOptionsRules(name));
        if (!silo.Services.Any(each => each.ServiceType == typeof(ReplicaSpreadIsThere)))
        {
            silo.Services.AddSingleton<ReplicaSpreadIsThere>().AddSingleton<SeenFiles>();
            silo.AddPlacementDirector<ReplicaSpread, ReplicaSpreadDirector>();
        }
        // Before the silo is active, so that no grain meets files that are not there.
        return silo.AddStartupTask((services, cancellationToken) =>
            IndexManifest.EnsureAsync(name, services.GetRequiredService<IOptionsMonitor<ShardedHashIndexOptions>>().Get(name), cancellationToken),
            ServiceLifecycleStage.RuntimeGrainServices);
    }

    /// <summary>
    /// Registers a <see cref="ShardedHashIndex"/> over the <see cref="IGrainFactory"/> of the services: under its name as key, and the first one
    /// without a key too.
    /// </summary>
    /// <param name="services">The services of a client.</param>
    /// <param name="name">The index, as the silos know it.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is not a name of an index.</exception>
    public static IServiceCollection AddShardedHashIndex(this IServiceCollection services, string name)
    {
        ArgumentNullException.ThrowIfNull(services);
        IndexName.ThrowIfNone(name);
        services.TryAddKeyedSingleton(name, (provider, _) => new ShardedHashIndex(provider.GetRequiredService<IGrainFactory>(), name));
        services.TryAddSingleton(provider => provider.GetRequiredKeyedService<ShardedHashIndex>(name));
        return services;
    }

    /// <summary>Registers a <see cref="ShardedHashIndex"/> with a client, as <see cref="AddShardedHashIndex(IServiceCollection, string)"/> does.</summary>
    /// <param name="client">The client.</param>
    /// <param name="name">The index, as the silos know it.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is not a name of an index.</exception>
    public static IClientBuilder AddShardedHashIndex(this IClientBuilder client, string name)
    {
        ArgumentNullException.ThrowIfNull(client);
        client.Services.AddShardedHashIndex(name);
        return client;
    }

    /// <summary>Marks services that know the placement already.</summary>
    private sealed class ReplicaSpreadIsThere;
}
