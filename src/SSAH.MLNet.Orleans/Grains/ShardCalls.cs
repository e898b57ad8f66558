using Microsoft.Extensions.Logging;

namespace SSAH.MLNet.Orleans.Grains;

/// <summary>
/// Asks a shard until one of its replicas answers or the time is over: the next replica as soon as one fails or takes long, and all of them again while the
/// cluster finds out which silo is gone.
/// </summary>
internal sealed partial class ShardCalls(string index, ShardedHashIndexOptions options, IGrainFactory grains, ILogger logger)
{
    private static readonly TimeSpan s_betweenRounds = TimeSpan.FromMilliseconds(50);

    private readonly ReplicaHealth _health = new(options.Shards, options.Replicas);
    private readonly IHashShardGrain[] _replicas = [.. Enumerable.Range(0, options.Shards * options.Replicas).Select(i =>
        grains.GetGrain<IHashShardGrain>(new ReplicaKey(index, i / options.Replicas, i % options.Replicas).ToString()))];

    /// <summary>The first answer that counts, or why there is none.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="call">What is asked of a replica.</param>
    /// <param name="hedge">Whether the next replica is asked when one takes long. Writes are not: whoever is asked waits for the same lock.</param>
    /// <param name="timeIsOver">Ends, as canceled, when the time is over.</param>
    /// <param name="cancellationToken">Canceled when the time is over.</param>
    public async Task<(ShardAnswer? Answer, string? Reason)> AskAsync(
        int shard, Func<IHashShardGrain, CancellationToken, Task<ShardAnswer>> call, bool hedge, Task timeIsOver, CancellationToken cancellationToken)
    {
        string? reason = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            bool isFinal = true;
            var asked = new Dictionary<Task, int>();
            var waiting = new Queue<int>(_health.Order(shard));
            while (waiting.Count + asked.Count > 0)
            {
                Exception? error = null;
                if (waiting.TryDequeue(out int replica))
                    asked.Add(call(_replicas[shard * options.Replicas + replica], cancellationToken), replica);
                Task ended = await FirstOf(asked.Keys, hedge && waiting.Count > 0, timeIsOver);
                if (ended == timeIsOver)
                {
                    foreach (Task late in asked.Keys)
                        late.Ignore();
                    return (null, reason ?? "No replica answered in time.");
                }
                if (!asked.Remove(ended, out replica))
                    continue;
                if (ended is Task<ShardAnswer> { IsCompletedSuccessfully: true, Result: var answer })
                {
                    if (answer.Refusal is Refusal.None or Refusal.Argument)
                    {
                        Settle(shard, replica, asked);
                        return (answer, null);
                    }
                    // Another replica may see what the coordinator sees, and both the wrong folder.
                    if (answer.Refusal == Refusal.OtherFiles)
                    {
                        Settle(shard, replica, asked);
                        return (null, answer.Reason);
                    }
                    reason = answer.Reason;
                }
                else
                {
                    isFinal = false;
                    error = ended.Exception?.InnerException;
                    reason = error?.FirstLine() ?? "The call was canceled.";
                }
                LogFailed(error, index, shard, replica, reason);
                _health.Rest(shard, replica);
            }
            if (isFinal)
                return (null, reason);
            await Task.WhenAny(Task.Delay(s_betweenRounds, CancellationToken.None), timeIsOver);
        }
        return (null, reason ?? "No replica answered in time.");
    }

    private void Settle(int shard, int replica, Dictionary<Task, int> slower)
    {
        if (options.Replicas > 1)
            _health.Recover(shard, replica);
        foreach ((Task call, int other) in slower)
        {
            _health.Rest(shard, other);
            call.Ignore();
        }
    }

    private Task<Task> FirstOf(IEnumerable<Task> asked, bool withAnother, Task timeIsOver) =>
        Task.WhenAny([.. asked, timeIsOver, .. withAnother ? new[] { Task.Delay(options.AskAnotherAfter) } : []]);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Shard {Shard} of index {Index}, replica {Replica}: {Reason}")]
    private partial void LogFailed(Exception? error, string index, int shard, int replica, string? reason);
}
