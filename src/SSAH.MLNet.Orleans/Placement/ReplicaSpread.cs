using Microsoft.Extensions.Options;
using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Runtime.Placement;
using SSAH.MLNet.Orleans.Grains;

namespace SSAH.MLNet.Orleans.Placement;

/// <summary>Replicas go where <see cref="ReplicaPlan"/> has them.</summary>
[GenerateSerializer, Immutable, SuppressReferenceTracking]
internal sealed class ReplicaSpread : PlacementStrategy;

/// <summary>Marks grains whose keys are those of replicas.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ReplicaSpreadPlacementAttribute() : PlacementAttribute(new ReplicaSpread());

/// <summary>Chooses the silo of a replica that is needed.</summary>
internal sealed class ReplicaSpreadDirector(IOptionsMonitor<ShardedHashIndexOptions> options) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var key = ReplicaKey.Parse(target.GrainIdentity.Key.ToString()!);
        return Task.FromResult(ReplicaPlan.SiloOf(key, options.Get(key.Index), context.GetCompatibleSilos(target)));
    }
}
