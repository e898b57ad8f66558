using System.Numerics;
using SSAH.MLNet.Orleans.Shards;

namespace SSAH.MLNet.Orleans.Tests.Processes;

/// <summary>Writes and searches at once, and holds every answer against what had been acknowledged.</summary>
internal sealed class LoadUnderKills(int shards)
{
    private const int AtOnce = 5, Most = 200_000;

    private static readonly ShardedSearchOptions s_searching = new() { Timeout = TimeSpan.FromSeconds(1), AllowPartial = true };

    // Of each id: 0 nothing, 1 a write was sent, 2 it was acknowledged, 3 its removal was sent, 4 that was acknowledged.
    private readonly byte[] _states = new byte[Most];
    private int _next;
    private volatile bool _isOver;

    /// <summary>The index; another client of it after the cluster was started again.</summary>
    public required ShardedHashIndex Index { get; set; }

    public int Whole { get; private set; }

    public int Partial { get; private set; }

    public int Failed { get; private set; }

    /// <summary>Batches that were acknowledged.</summary>
    public int Written { get; private set; }

    public void Stop() => _isOver = true;

    public async Task WriteAsync()
    {
        while (!_isOver)
        {
            long[] ids = [.. Enumerable.Range(Interlocked.Add(ref _next, AtOnce) - AtOnce, AtOnce).Select(id => (long)id)];
            SetStates(ids, 1);
            await UntilAcknowledged(() => Index.UpsertAsync(CodesOf(ids), ids));
            SetStates(ids, 2);
            Written++;
            if (ids[0] % 3 == 0)
            {
                SetStates(ids.AsSpan(0, 2), 3);
                await UntilAcknowledged(() => Index.RemoveAsync(ids.AsMemory(0, 2)));
                SetStates(ids.AsSpan(0, 2), 4);
            }
        }
    }

    public async Task SearchAsync()
    {
        BinaryCodes query = CodesOf([0]);
        while (!_isOver)
        {
            byte[] before = Snapshot();
            try
            {
                ShardedMatches answer = await Index.SearchRadiusAsync(query, ProbeSilo.Bits, s_searching);
                Check(answer, before, Snapshot());
                _ = answer.IsPartial ? Partial++ : Whole++;
            }
            catch (ShardsUnavailableException)
            {
                Failed++;
            }
        }
    }

    /// <summary>Looks whether all that was acknowledged is there, and nothing else.</summary>
    public async Task CheckAllAsync()
    {
        ShardedMatches answer = await Index.SearchRadiusAsync(CodesOf([0]), ProbeSilo.Bits,
            new ShardedSearchOptions { Timeout = TimeSpan.FromSeconds(20) });
        Check(answer, Snapshot(), Snapshot());
        Assert.False(answer.IsPartial);
    }

    private void Check(ShardedMatches answer, byte[] before, byte[] after)
    {
        HashSet<int> missing = [.. answer.MissingShards.Select(each => each.Shard)];
        HammingMatch[] matches = answer[0].ToArray();
        Assert.Equal(matches.OrderBy(match => match.Distance).ThenBy(match => match.Id), matches);
        Assert.All(matches, match => Assert.Equal(BitOperations.PopCount((ulong)match.Id), match.Distance));
        var found = matches.Select(match => match.Id).ToHashSet();
        Assert.Equal(matches.Length, found.Count);
        for (int id = 0; id < Most; id++)
        {
            bool isMissing = missing.Contains(ShardMap.ShardOf(id, shards));
            if (before[id] == 2 && after[id] == 2)
                Assert.True(isMissing || found.Contains(id), $"Id {id} was acknowledged, and is not in an answer that has its shard.");
            if (found.Contains(id))
                Assert.True(!isMissing && before[id] < 4 && after[id] > 0, $"Id {id} was found, in states {before[id]} and {after[id]}.");
        }
    }

    private static async Task UntilAcknowledged(Func<Task> write)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                await write();
                return;
            }
            catch (ShardsUnavailableException) when (attempt < 20)
            {
            }
        }
    }

    // The code of an id is the id.
    private static BinaryCodes CodesOf(long[] ids) => BinaryCodes.FromPacked(ProbeSilo.Bits, [.. ids.SelectMany(id => BitConverter.GetBytes((int)id))]);

    private void SetStates(ReadOnlySpan<long> ids, byte state)
    {
        foreach (long id in ids)
            Volatile.Write(ref _states[id], state);
    }

    private byte[] Snapshot() => [.. _states];
}
