using Microsoft.Extensions.Options;
using Orleans.Placement;
using Orleans.Runtime;
using SSAH.MLNet.Orleans.Shards;

namespace SSAH.MLNet.Orleans.Grains;

/// <summary>Says which files of an index a silo sees; its key is <c>index/silo</c>.</summary>
[Alias("ssah.files")]
internal interface IIndexFilesGrain : IGrainWithStringKey
{
    /// <summary>The silo, and the id of the files that it sees, or that of none where it does not host the index.</summary>
    [Alias("id"), ResponseTimeout("00:01:00")]
    Task<(SiloAddress Silo, Guid Files)> IdAsync();
}

/// <summary>Looks on the silo that it is on.</summary>
[RandomPlacement]
internal sealed class IndexFilesGrain(IOptionsMonitor<ShardedHashIndexOptions> options, ILocalSiloDetails here) : Grain, IIndexFilesGrain
{
    public Task<(SiloAddress Silo, Guid Files)> IdAsync()
    {
        string key = this.GetPrimaryKeyString(), index = CoordinatorKey.IndexOf(key);
        // The placement that was asked for is a hint: on another silo it speaks for that one, and makes way for the next to ask.
        if (key != Key(index, here.SiloAddress))
            DeactivateOnIdle();
        ShardedHashIndexOptions own = options.Get(index);
        return Task.Run(() => (here.SiloAddress, own.Folder.Length == 0 ? Guid.Empty : IndexManifest.IdOf(index, own)));
    }

    /// <summary>The key of the grain of a silo.</summary>
    public static string Key(string index, SiloAddress silo) => $"{index}/{silo.ToParsableString()}";
}
