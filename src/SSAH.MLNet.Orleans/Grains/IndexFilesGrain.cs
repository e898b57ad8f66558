using Microsoft.Extensions.Options;
using Orleans.Placement;
using Orleans.Runtime;
using SSAH.MLNet.Orleans.Shards;

namespace SSAH.MLNet.Orleans.Grains;

/// <summary>Says which files of an index a silo sees; its key is <c>index/silo</c>.</summary>
[Alias("ssah.files")]
internal interface IIndexFilesGrain : IGrainWithStringKey
{
    /// <summary>The id of the files, or that of none where the silo does not host the index.</summary>
    [Alias("id"), ResponseTimeout("00:01:00")]
    Task<Guid> IdAsync();
}

/// <summary>Looks on the silo that it is on.</summary>
[RandomPlacement]
internal sealed class IndexFilesGrain(IOptionsMonitor<ShardedHashIndexOptions> options) : Grain, IIndexFilesGrain
{
    public Task<Guid> IdAsync()
    {
        string index = CoordinatorKey.IndexOf(this.GetPrimaryKeyString());
        ShardedHashIndexOptions own = options.Get(index);
        return Task.Run(() => own.Folder.Length == 0 ? Guid.Empty : IndexManifest.IdOf(index, own));
    }
}
