using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using SSAH.MLNet.Orleans.Shards;

namespace SSAH.MLNet.Orleans.Grains;

/// <summary>The coordinator of a silo.</summary>
[StatelessWorker, Reentrant]
internal sealed class HashCoordinatorGrain(
    IOptionsMonitor<ShardedHashIndexOptions> options, SeenFiles seen, ILogger<HashCoordinatorGrain> logger) : Grain, IHashCoordinatorGrain
{
    private string _index = "";
    private ShardedHashIndexOptions _options = null!;
    private ShardCalls? _calls;
    private Guid _files;
    private string? _modelId;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _index = CoordinatorKey.IndexOf(this.GetPrimaryKeyString());
        _options = options.Get(_index);
        if (_options.Folder.Length > 0)
            _calls = new ShardCalls(_index, _options, GrainFactory, logger);
        return Task.CompletedTask;
    }

    public async Task<Answer> SearchAsync(ShardQuery query, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (RefusalOf(query.Bits, "queries") is { } refused)
            return refused;
        int queries = query.Words.Length / ((query.Bits + 63) / 64);
        long start = Stopwatch.GetTimestamp();
        using var limit = new TimeLimit(timeout, cancellationToken);
        if (await OfOtherFilesAsync(limit) is { } others)
            return others with { Matches = MatchMerger.Merge([], queries, query.K) };
        try
        {
            if (query.ModelId is not null)
                _modelId ??= IndexManifest.ModelIdOf(_index, _options);
        }
        catch (Exception error) when (IsOfFiles(error))
        {
            return Blind(error) with { Matches = MatchMerger.Merge([], queries, query.K) };
        }
        if (query.ModelId is { } theirs && _modelId is { } ours && ours != theirs)
            return new Answer
            {
                Refusal = Refusal.Argument,
                Reason = $"Index '{_index}' has codes of model '{ours}'; the queries come from model '{theirs}'. Codes of different models cannot be compared: "
                    + "encode both with the same model.",
            };
        query = query with { Files = _files };
        Task<(ShardAnswer? Answer, string? Reason)>[] asked = [.. Enumerable.Range(0, _options.Shards)
            .Select(shard => _calls!.AskAsync(shard, (replica, token) => replica.SearchAsync(query, token), hedge: true, limit.IsOver, limit.Token))];
        TimeSpan asking = Stopwatch.GetElapsedTime(start);
        (ShardAnswer? Answer, string? Reason)[] answers = await Task.WhenAll(asked);
        cancellationToken.ThrowIfCancellationRequested();
        long answered = Stopwatch.GetTimestamp();
        if (Refused(answers) is { } unfit)
            return unfit;
        ShardAnswer[] whole = [.. answers.Where(each => each.Answer is not null).Select(each => each.Answer!)];
        // Of the nearest no more than k are left of each query.
        long found = whole.Sum(each => (long)each.Matches!.Ids.Length);
        try
        {
            PackedMatches.ThrowIfTooMany(Math.Min(found, (long)queries * query.K), _options.MostMatches);
        }
        catch (ArgumentException error)
        {
            return new Answer { Refusal = Refusal.Argument, Reason = ArgumentErrors.Sentence(error) };
        }
        var answer = new Answer
        {
            Matches = MatchMerger.Merge([.. whole.Select(each => each.Matches!)], queries, query.K), Missing = MissingOf(answers), Shards = _options.Shards,
            SlowestShardTime = whole.Length == 0 ? TimeSpan.Zero : whole.Max(each => each.Time),
        };
        ShardedSearchMeter.Record(_index, Stopwatch.GetElapsedTime(start), answer.Missing.Length);
        return answer with { CoordinatorTime = asking + Stopwatch.GetElapsedTime(answered) };
    }

    public async Task<Answer> WriteAsync(ShardRecords records, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (RefusalOf(records.Words is null ? _options.Bits : records.Bits, "codes") is { } refused)
            return refused;
        using var limit = new TimeLimit(timeout, cancellationToken);
        if (await OfOtherFilesAsync(limit) is { } others)
            return others;
        if (records.ModelId is { } modelId && modelId != _modelId)
        {
            try
            {
                // Before any shard writes: one that is empty would take any model.
                await IndexManifest.EnsureModelAsync(_index, _options, modelId, limit.Token);
                _modelId = modelId;
            }
            catch (ArgumentException error)
            {
                return new Answer { Refusal = Refusal.Argument, Reason = ArgumentErrors.Sentence(error) };
            }
            catch (Exception error) when (IsOfFiles(error))
            {
                return Blind(error);
            }
        }
        List<int>[] positions = ShardMap.Split(records.Ids, _options.Shards);
        int words = (_options.Bits + 63) / 64;
        int[] touched = [.. Enumerable.Range(0, _options.Shards).Where(shard => positions[shard].Count > 0)];
        var answers = await Task.WhenAll(touched.Select(shard =>
        {
            ShardRecords part = PartOf(records, _files, positions[shard], words);
            return _calls!.AskAsync(shard, (replica, token) => replica.WriteAsync(part, token), hedge: false, limit.IsOver, limit.Token);
        }));
        cancellationToken.ThrowIfCancellationRequested();
        Missing[] missing = [.. MissingOf(answers).Select(each => each with { Shard = touched[each.Shard] })];
        return Refused(answers) ?? new Answer { Shards = _options.Shards, Missing = missing };
    }

    public async Task<Answer> CountAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (RefusalOf(_options.Bits, "codes") is { } refused)
            return refused;
        using var limit = new TimeLimit(timeout, cancellationToken);
        if (await OfOtherFilesAsync(limit) is { } others)
            return others;
        (ShardAnswer? Answer, string? Reason)[] answers = await Task.WhenAll(Enumerable.Range(0, _options.Shards)
            .Select(shard => _calls!.AskAsync(shard, (replica, token) => replica.CountAsync(_files, token), hedge: true, limit.IsOver, limit.Token)));
        cancellationToken.ThrowIfCancellationRequested();
        return new Answer { Shards = _options.Shards, Missing = MissingOf(answers), Count = answers.Sum(each => each.Answer?.Count ?? 0) };
    }

    private async ValueTask<Answer?> OfOtherFilesAsync(TimeLimit limit)
    {
        try
        {
            // Read once they can be.
            if (_files == Guid.Empty)
                _files = IndexManifest.IdOf(_index, _options);
        }
        catch (Exception error) when (IsOfFiles(error))
        {
            return Blind(error);
        }
        return await seen.DifferenceAsync(_index, _options, _files, limit.IsOver) is { } reason ? AllMissing(reason) : null;
    }

    private static bool IsOfFiles(Exception error) =>
        error is DamagedFileException or InvalidOperationException or IOException or UnauthorizedAccessException;

    // An error would come to the client without what it says.
    private Answer Blind(Exception error) => AllMissing(error.FirstLine()) with { IsBlind = true };

    private Answer AllMissing(string reason) =>
        new() { Shards = _options.Shards, Missing = [.. Enumerable.Range(0, _options.Shards).Select(shard => new Missing(shard, reason))] };

    private Answer? RefusalOf(int bits, string what) =>
        _calls is null ? new Answer
        {
            Refusal = Refusal.Configuration,
            Reason = $"A silo does not host index '{_index}': call AddShardedHashIndex(\"{_index}\", ...) where each silo is built.",
        }
        : bits != _options.Bits ? new Answer { Refusal = Refusal.Argument, Reason = FormattableString.Invariant(
            $"Index '{_index}' has {_options.Bits}-bit codes; the {what} have {bits} bits.") }
        : null;

    private static ShardRecords PartOf(ShardRecords records, Guid files, List<int> rows, int words)
    {
        ulong[]? part = records.Words is null ? null : new ulong[rows.Count * words];
        for (int i = 0; part is not null && i < rows.Count; i++)
            records.Words.AsSpan(rows[i] * words, words).CopyTo(part.AsSpan(i * words));
        return records with { Files = files, Ids = [.. rows.Select(row => records.Ids[row])], Words = part };
    }

    private static Answer? Refused((ShardAnswer? Answer, string? Reason)[] answers) =>
        answers.Select(each => each.Answer).FirstOrDefault(answer => answer?.Refusal == Refusal.Argument) is { } refused
            ? new Answer { Refusal = Refusal.Argument, Reason = refused.Reason } : null;

    private static Missing[] MissingOf((ShardAnswer? Answer, string? Reason)[] answers) =>
        [.. answers.Index().Where(each => each.Item.Answer is null).Select(each => new Missing(each.Index, each.Item.Reason ?? ""))];
}
