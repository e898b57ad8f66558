using CsCheck;

namespace SSAH.MLNet.Orleans.Tests.Cluster;

/// <summary>Silos in this process: the answer is that of one index with all codes, or says what it lacks.</summary>
public sealed class ShardedHashIndexTests(ClusterFixture cluster) : IClassFixture<ClusterFixture>
{
    public static TheoryData<string> Indexes => [.. ClusterFixture.Shapes.Select(shape => shape.Name)];

    [Theory]
    [MemberData(nameof(Indexes))]
    public async Task Answers_are_those_of_one_index_to_the_last_id(string name)
    {
        int bits = ClusterFixture.Shapes.Single(shape => shape.Name == name).Bits;
        var index = new ShardedHashIndex(cluster.Grains, name);
        var naive = new NaiveIndex(bits);
        await Gen.Int[0, 1_000_000].SampleAsync(async seed =>
        {
            var random = new Random(seed);
            // Few ids, so that codes are replaced, and those of databases, far apart.
            long[] ids = [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => random.NextInt64(150) * (random.Next(2) == 0 ? 1 : 1L << 33)).Distinct()];
            if (random.Next(3) == 0)
            {
                await index.RemoveAsync(ids);
                naive.Remove(ids);
            }
            else
            {
                BinaryCodes codes = NaiveIndex.RandomCodes(bits, ids.Length, random);
                await index.UpsertAsync(codes, ids);
                naive.Upsert(codes, ids);
            }
            Assert.Equal(naive.Count, await index.CountAsync());
            BinaryCodes queries = NaiveIndex.RandomCodes(bits, random.Next(1, 4), random);
            int k = random.Next(1, 80), radius = random.Next(0, 6);
            ShardedMatches nearest = await index.SearchAsync(queries, k), within = await index.SearchRadiusAsync(queries, radius);
            Assert.False(nearest.IsPartial || within.IsPartial);
            Assert.Equal(queries.Count, nearest.QueryCount);
            for (int query = 0; query < queries.Count; query++)
            {
                Assert.Equal(naive.Nearest(queries.Slice(query, 1), k), nearest[query].ToArray());
                Assert.Equal(naive.Within(queries.Slice(query, 1), radius), within[query].ToArray());
            }
        }, iter: 60, threads: 1);
    }

    [Fact]
    public async Task Searches_under_writes_find_what_was_acknowledged()
    {
        var index = new ShardedHashIndex(cluster.Grains, "three-twice");
        var codes = new BinaryCodes(48);
        codes.Add([255, 255, 255, 255, 255, 255]);
        long first = 1L << 50, acknowledged = first - 1;
        using var stop = new CancellationTokenSource();
        Task searching = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                long known = Volatile.Read(ref acknowledged);
                ShardedMatches matches = await index.SearchRadiusAsync(codes, 0, new ShardedSearchOptions { Timeout = TimeSpan.FromMinutes(1) });
                // Those of before the search are all there, each once, and nothing that was never sent. Of those written meanwhile one shard may have
                // answered before its turn and another after.
                long[] ids = [.. matches[0].ToArray().Select(match => match.Id)];
                int before = (int)(known - first + 1);
                Assert.Equal(Enumerable.Range(0, before).Select(i => first + i), ids.Take(before));
                Assert.Equal(ids.Distinct().Order(), ids);
                Assert.All(ids, id => Assert.InRange(id, first, Volatile.Read(ref acknowledged) + 1));
            }
        });
        for (int i = 0; i < 60; i++)
        {
            // Replacing a code does not let it be missing for a moment.
            await index.UpsertAsync(codes, new[] { first + i });
            Volatile.Write(ref acknowledged, first + i);
            await index.UpsertAsync(codes, new[] { first + i / 2 });
        }
        await stop.CancelAsync();
        await searching;
        await index.RemoveAsync(Enumerable.Range(0, 60).Select(i => first + i).ToArray());
    }

    [Fact]
    public async Task Damaged_shard_makes_answers_partial_and_is_named()
    {
        var index = new ShardedHashIndex(cluster.Grains, "damaged");
        var random = new Random(3);
        long[] ids = [.. Enumerable.Range(0, 100)];
        BinaryCodes codes = NaiveIndex.RandomCodes(64, 100, random);
        // Nothing has read the shard yet: the silos find the damage when they load it.
        string log = Path.Combine(cluster.FolderOf("damaged", 2), "00000000.log");
        byte[] bytes = await File.ReadAllBytesAsync(log);
        bytes[20] ^= 1;
        await File.WriteAllBytesAsync(log, bytes);

        ShardsUnavailableException failed = await Assert.ThrowsAsync<ShardsUnavailableException>(() => index.UpsertAsync(codes, ids));
        Assert.Equal([2], failed.MissingShards.Select(each => each.Shard));
        Assert.Contains("00000000.log", failed.Message, StringComparison.Ordinal);
        Assert.Equal([2], (await Assert.ThrowsAsync<ShardsUnavailableException>(() => index.SearchAsync(codes, 5))).MissingShards.Select(each => each.Shard));

        ShardedMatches found = await index.SearchRadiusAsync(codes.Slice(0, 1), 64, new ShardedSearchOptions { AllowPartial = true });
        Assert.True(found.IsPartial);
        Assert.Equal(2, Assert.Single(found.MissingShards).Shard);
        // What the other shards have is there, and nothing else.
        Assert.Equal(ids.Where(id => SSAH.MLNet.Orleans.Shards.ShardMap.ShardOf(id, 4) != 2), found[0].ToArray().Select(match => match.Id).Order());

        bytes[20] ^= 1;
        await File.WriteAllBytesAsync(log, bytes);
        await index.UpsertAsync(codes, ids);
        Assert.Equal(100, await index.CountAsync());
    }

    [Fact]
    public async Task Answer_too_long_for_a_message_is_refused_and_a_batch_is_cut()
    {
        var index = new ShardedHashIndex(cluster.Grains, "few");
        long[] ids = [.. Enumerable.Range(0, 60)];
        BinaryCodes codes = NaiveIndex.RandomCodes(64, 60, new Random(1));
        await index.UpsertAsync(codes, ids);
        Assert.Contains("smaller radius", (await Assert.ThrowsAsync<ArgumentException>(() => index.SearchRadiusAsync(codes.Slice(0, 1), 64))).Message,
            StringComparison.Ordinal);
        Assert.Equal(50, (await index.SearchAsync(codes.Slice(0, 1), 50))[0].Length);
        await Assert.ThrowsAsync<ArgumentException>(() => index.SearchAsync(codes.Slice(0, 1), 51));
        // So large a k goes with one query at a time, and finds no more than there is.
        await index.RemoveAsync(ids.AsMemory(20));
        ShardedMatches all = await index.SearchAsync(codes.Slice(0, 7), 1 << 20);
        Assert.Equal(7, all.QueryCount);
        for (int query = 0; query < 7; query++)
        {
            HammingMatch[] alone = (await index.SearchAsync(codes.Slice(query, 1), 20))[0].ToArray();
            Assert.Equal(20, alone.Length);
            Assert.Equal(alone, all[query].ToArray());
        }
    }

    [Fact]
    public async Task Wrong_arguments_are_explained()
    {
        var index = new ShardedHashIndex(cluster.Grains, "seven");
        BinaryCodes codes = NaiveIndex.RandomCodes(130, 1, new Random(1)), others = NaiveIndex.RandomCodes(64, 1, new Random(1));
        Assert.Contains("130-bit codes; the queries have 64 bits", (await Assert.ThrowsAsync<ArgumentException>(() => index.SearchAsync(others, 1))).Message,
            StringComparison.Ordinal);
        Assert.Contains("130-bit codes; the codes have 64 bits", (await Assert.ThrowsAsync<ArgumentException>(() =>
            index.UpsertAsync(others, new long[] { 1 }))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => index.UpsertAsync(codes, new long[] { -1 }));
        await Assert.ThrowsAsync<ArgumentException>(() => index.UpsertAsync(codes, new long[] { 1, 2 }));
        await Assert.ThrowsAsync<ArgumentException>(() => index.RemoveAsync(new long[] { 1, 1 }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => index.SearchAsync(codes, 0));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => index.SearchRadiusAsync(codes, -1));
        Assert.Throws<ArgumentException>(() => new ShardedHashIndex(cluster.Grains, "../elsewhere"));
        var unknown = new ShardedHashIndex(cluster.Grains, "unknown");
        Assert.Contains("AddShardedHashIndex(\"unknown\"", (await Assert.ThrowsAsync<InvalidOperationException>(() => unknown.SearchAsync(codes, 1))).Message,
            StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => index.SearchAsync(codes, 1, cancellationToken: new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Codes_of_another_model_are_refused()
    {
        var index = new ShardedHashIndex(cluster.Grains, "one");
        await index.RemoveAsync(new long[] { 1L << 60 });
        BinaryCodes mine = NaiveIndex.RandomCodes(64, 1, new Random(1)), theirs = NaiveIndex.RandomCodes(64, 1, new Random(1));
        (mine.ModelId, theirs.ModelId) = ("mine", "theirs");
        var other = new ShardedHashIndex(cluster.Grains, "five-thrice");
        BinaryCodes short1 = NaiveIndex.RandomCodes(32, 1, new Random(1)), short2 = NaiveIndex.RandomCodes(32, 1, new Random(1));
        (short1.ModelId, short2.ModelId) = ("mine", "theirs");
        await other.UpsertAsync(short1, new[] { 1L << 60 });
        Assert.Contains("model 'mine'", (await Assert.ThrowsAsync<ArgumentException>(() => other.UpsertAsync(short2, new[] { 1L << 60 }))).Message,
            StringComparison.Ordinal);
        Assert.Contains("model 'theirs'", (await Assert.ThrowsAsync<ArgumentException>(() => other.SearchAsync(short2, 1))).Message, StringComparison.Ordinal);
        // Shards that have no codes yet refuse it too: written there, it would keep the right ones out.
        long[] ids = [.. Enumerable.Range(0, 40).Select(i => (1L << 60) + i)];
        BinaryCodes many = NaiveIndex.RandomCodes(32, ids.Length, new Random(2));
        many.ModelId = "theirs";
        await Assert.ThrowsAsync<ArgumentException>(() => other.UpsertAsync(many, ids));
        many.ModelId = "mine";
        await other.UpsertAsync(many, ids);
        await other.RemoveAsync(ids);
    }
}
