using System.Diagnostics;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Runtime;
using SSAH.MLNet.Orleans.Placement;
using SSAH.MLNet.Orleans.Shards;

namespace SSAH.MLNet.Orleans.Grains;

/// <summary>A replica in memory. Searches and writes leave the grain's turn, so that none waits for another; the shard itself is safe to share.</summary>
/// <remarks>Orleans may have two activations of one grain for a while. Both read the same files, and take turns writing by the shard's lock.</remarks>
[ReplicaSpreadPlacement, Reentrant, CollectionAgeLimit(AlwaysActive = true)]
internal sealed class HashShardGrain(IOptionsMonitor<ShardedHashIndexOptions> options, ISiloStatusOracle silos, ILocalSiloDetails here)
    : Grain, IHashShardGrain, IDisposable
{
    private ShardedHashIndexOptions _options = null!;
    private ReplicaKey _key;
    private HammingSearchOptions _searching = null!;
    private Shard? _shard;
    private Lazy<Guid> _files = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = ReplicaKey.Parse(this.GetPrimaryKeyString());
        _options = options.Get(_key.Index);
        var name = new ShardName(_key.Index, _key.Shard, _options.Shards);
        _shard = new Shard(name, IndexManifest.FolderOf(name, _options), _options.Bits, _options.CompactAfterBytes);
        _files = new Lazy<Guid>(() => IndexManifest.IdOf(_key.Index, _options), LazyThreadSafetyMode.PublicationOnly);
        _searching = new HammingSearchOptions { Threads = _options.SearchThreads };
        this.RegisterGrainTimer(LookAtPlace, new GrainTimerCreationOptions(_options.LookAtPlaceEvery, _options.LookAtPlaceEvery) { Interleave = true });
        return Task.CompletedTask;
    }

    /// <summary>Called by Orleans after the last request.</summary>
    public void Dispose() => _shard?.Dispose();

    public Task<ShardAnswer> SearchAsync(ShardQuery query, CancellationToken cancellationToken) => Answered(query.Files, async () =>
    {
        long start = Stopwatch.GetTimestamp();
        (CodeSnapshot codes, _) = await _shard!.CurrentAsync(cancellationToken);
        BinaryCodes queries = query.ToCodes();
        HammingMatch[][] rows = query.Radius < 0 ? FlatSearch.Nearest(codes, queries, query.K, _searching, cancellationToken)
            : FlatSearch.Within(codes, queries, query.Radius, _searching, cancellationToken);
        PackedMatches.ThrowIfTooMany(rows.Sum(row => (long)row.Length), _options.MostMatches);
        return new ShardAnswer { Matches = PackedMatches.From(rows), Count = codes.Count, Time = Stopwatch.GetElapsedTime(start) };
    }, cancellationToken);

    public Task<ShardAnswer> WriteAsync(ShardRecords records, CancellationToken cancellationToken) => Answered(records.Files, async () =>
    {
        var record = new LogRecord(records.Words is null ? LogRecordKind.Remove : LogRecordKind.Upsert, records.Operation, records.Ids,
            records.Words ?? [], records.ModelId) { Until = records.Until };
        await _shard!.WriteAsync(record, cancellationToken);
        return new ShardAnswer();
    }, cancellationToken);

    public Task<ShardAnswer> CountAsync(Guid files, CancellationToken cancellationToken) =>
        Answered(files, async () => new ShardAnswer { Count = (await _shard!.CurrentAsync(cancellationToken)).Codes.Count }, cancellationToken);

    /// <summary>What asking again would not mend is an answer; the rest are errors, after which another replica is asked.</summary>
    private Task<ShardAnswer> Answered(Guid files, Func<Task<ShardAnswer>> ask, CancellationToken cancellationToken) => Task.Run(async () =>
    {
        try
        {
            Guid ours = _files.Value;
            return ours == files ? await ask() : new ShardAnswer
            {
                Refusal = Refusal.OtherFiles,
                Reason = SeenFiles.Difference(_key.Index, Path.GetFullPath(_options.Folder), here.SiloAddress, ours, "the silo that was asked", files),
            };
        }
        catch (ArgumentException error)
        {
            return new ShardAnswer { Refusal = Refusal.Argument, Reason = ArgumentErrors.Sentence(error) };
        }
        catch (Exception error) when (error is DamagedFileException or IOException or UnauthorizedAccessException)
        {
            return new ShardAnswer { Refusal = Refusal.Files, Reason = error.FirstLine() };
        }
    }, cancellationToken);

    /// <summary>Moves to where the plan has this replica, after silos came or went.</summary>
    private Task LookAtPlace()
    {
        SiloAddress[] active = [.. silos.GetApproximateSiloStatuses(onlyActive: true).Keys];
        if (active.Length > 0 && ReplicaPlan.SiloOf(_key, _options, active) is var planned && !planned.Equals(here.SiloAddress))
            this.MigrateOnIdle();
        return Task.CompletedTask;
    }
}
