using System.Collections.Concurrent;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace SSAH.MLNet.Orleans.Grains;

/// <summary>
/// Whether the other silos see the files that this one sees. A shard beside a coordinator sees what the coordinator sees: where both are on a silo that has
/// another folder, nothing but the other silos can tell that their answer is that of other codes. One for all coordinators of a silo.
/// </summary>
internal sealed class SeenFiles(IGrainFactory grains, ISiloStatusOracle silos, ILocalSiloDetails here)
{
    // One that is asked for the first time is waited for; one that says nothing answers no search either.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(string Index, SiloAddress Silo), Task<Guid>> _asked = new();

    /// <summary>What is wrong with the folders, or null where most silos see the files that this one sees.</summary>
    public async ValueTask<string?> DifferenceAsync(string index, ShardedHashIndexOptions options, Guid ours, Task timeIsOver)
    {
        SiloAddress[] others = [.. silos.GetApproximateSiloStatuses(onlyActive: true).Keys.Where(silo => !silo.Equals(here.SiloAddress))];
        Task<Guid>[] ids = [.. others.Select(silo => AskedOnce(index, silo))];
        if (ids.Any(id => !id.IsCompleted))
            await Task.WhenAny(Task.WhenAll(ids), timeIsOver, Task.Delay(s_patience));
        int same = 1, different = 0;
        string? difference = null;
        for (int i = 0; i < others.Length; i++)
        {
            if (!ids[i].IsCompletedSuccessfully || ids[i].Result is var id && id == Guid.Empty)
                continue;
            if (id == ours)
                same++;
            else if (different++ == 0)
                difference = Difference(index, Path.GetFullPath(options.Folder), here.SiloAddress, ours, $"silo {others[i]}", id);
        }
        // Where most silos agree with this one, only the shards on the others are missing.
        return different < same ? null : difference;
    }

    /// <summary>What is wrong, and the remedy.</summary>
    public static string Difference(string index, string folder, SiloAddress silo, Guid id, string other, Guid otherId) =>
        $"Silo {silo} sees other files of index '{index}' in '{folder}' (id {id}) than {other} (id {otherId}): mount the same folder on every silo, and "
        + "start them again.";

    private Task<Guid> AskedOnce(string index, SiloAddress silo)
    {
        if (_asked.TryGetValue((index, silo), out Task<Guid>? asked) && asked is not { IsCompleted: true, IsCompletedSuccessfully: false })
            return asked;
        Task<Guid> asking = Ask(index, silo);
        asking.Ignore();
        _asked[(index, silo)] = asking;
        return asking;
    }

    private Task<Guid> Ask(string index, SiloAddress silo)
    {
        // Where a silo that is asked is gone, the grain comes up on another one, which says what it sees: that is no difference.
        RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);
        try
        {
            return grains.GetGrain<IIndexFilesGrain>($"{index}/{silo.ToParsableString()}").IdAsync();
        }
        finally
        {
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        }
    }
}
