using CsCheck;
using SSAH.MLNet.Hashing.Tests.Codes;

namespace SSAH.MLNet.Hashing.Tests.Indexes;

/// <summary>Both indexes against the model, through random histories of adding and removing.</summary>
public sealed class IndexLawTests
{
    private static readonly int[] s_lengths = [1, 8, 13, 31, 32, 64, 100, 128, 300, 1100];

    private static readonly Gen<(int Bits, int Seed, bool Hashed)> s_cases =
        Gen.Select(Gen.Int[0, s_lengths.Length - 1].Select(i => s_lengths[i]), Gen.Int[0, 1 << 20], Gen.Bool);

    [Fact]
    public void Any_history_gives_the_models_answers() => s_cases.Sample(sample =>
    {
        (int bits, int seed, bool hashed) = sample;
        var random = new Random(seed);
        HammingIndex index = hashed && bits <= MultiHashIndex.MaxBits ? new MultiHashIndex(bits) : new HammingFlatIndex(bits);
        var model = new IndexModel(bits);
        for (int step = 0; step < 6; step++)
        {
            Change(index, model, random);
            (index as MultiHashIndex)?.Optimize();
            if (random.Next(2) == 0)
                Change(index, model, random);
            BinaryCodes queries = TestCodes.Clustered(bits, random.Next(1, 5), seed / 7);
            double share = random.Next(3) switch { 0 => 0, 1 => 0.6, _ => double.MaxValue };
            var options = new HammingSearchOptions { Threads = random.Next(1, 4), Filter = Filter(model, random), ProbingShare = share };
            Func<long, bool>? allows = options.Filter is null ? null : options.Filter.Allows;
            model.Check(index, queries, random.Next(1, 40), random.Next(0, bits / 3 + 1), options, allows);
        }
    }, iter: 60);

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(40)]
    public void Batches_threads_and_kinds_agree_on_large_indexes(int bits)
    {
        BinaryCodes codes = TestCodes.Clustered(bits, 40_000, bits, centers: 300, flip: 0.05);
        BinaryCodes queries = TestCodes.Clustered(bits, 150, bits, centers: 300, flip: 0.08);
        var flat = new HammingFlatIndex(codes);
        var hashed = new MultiHashIndex(codes);
        Assert.NotEqual(0, hashed.TableSlots);
        HammingMatches expected = flat.Search(queries, 20, new() { Threads = 1 }), near = flat.SearchRadius(queries, bits / 8, new() { Threads = 1 });
        Assert.Equal(TestCodes.Ranked(codes, null, queries[7]).Take(20), expected[7].ToArray());
        foreach (HammingIndex index in (HammingIndex[])[flat, hashed])
        {
            foreach (int threads in (int[])[1, 2, 5])
            {
                foreach (int batch in (int[])[1, 3, 64, 65, 150])
                {
                    for (int first = 0; first < queries.Count; first += batch * (batch < 10 ? 13 : 1))
                    {
                        BinaryCodes part = queries.Slice(first, Math.Min(batch, queries.Count - first));
                        HammingSearchOptions options = new() { Threads = threads, ProbingShare = batch % 2 == 0 ? 0.6 : 1000 };
                        HammingMatches found = index.Search(part, 20, options), within = index.SearchRadius(part, bits / 8, options);
                        for (int i = 0; i < part.Count; i++)
                        {
                            Assert.Equal(expected[first + i].ToArray(), found[i].ToArray());
                            Assert.Equal(near[first + i].ToArray(), within[i].ToArray());
                        }
                    }
                }
            }
        }
    }

    [Fact]
    public void Many_equal_codes_go_by_id_even_when_ids_do_not_ascend()
    {
        var codes = new BinaryCodes(64);
        codes.Add(new byte[8 * 5000]);
        long[] ids = [.. Enumerable.Range(0, 5000).Select(i => (i * 2477L) % 5000)];
        foreach (HammingIndex index in (HammingIndex[])[new HammingFlatIndex(64), new MultiHashIndex(64)])
        {
            index.Add(codes, ids);
            (index as MultiHashIndex)?.Optimize();
            Assert.Equal(Enumerable.Range(0, 10).Select(id => new HammingMatch(id, 0)), index.Search(codes.Slice(0, 1), 10)[0].ToArray());
        }
    }

    [Fact]
    public void More_substrings_than_are_of_use_make_no_more_tables()
    {
        BinaryCodes codes = TestCodes.Random(512, 4096, 3), queries = TestCodes.Random(512, 5, 4);
        var index = new MultiHashIndex(512, substrings: 512);
        index.Add(codes);
        index.Optimize();
        Assert.Equal(512, index.Substrings);
        Assert.InRange(index.TableCount, 1, 2 * SubstringLayout.CountFor(512, 4096));
        Assert.Equal(new HammingFlatIndex(codes).Search(queries, 7)[4].ToArray(), index.Search(queries, 7)[4].ToArray());
    }

    [Fact]
    public void Wrong_arguments_are_errors_and_change_nothing()
    {
        var index = new HammingFlatIndex(TestCodes.Random(16, 10, 1));
        BinaryCodes two = TestCodes.Random(16, 2, 2), other = TestCodes.Random(17, 2, 2);
        Assert.Throws<ArgumentException>(() => index.Add(other));
        Assert.Throws<ArgumentException>(() => index.Search(other, 1));
        Assert.Throws<ArgumentException>(() => index.Add(two, [1]));
        Assert.Throws<ArgumentException>(() => index.Add(two, [20, 5]));
        Assert.Throws<ArgumentException>(() => index.Add(two, [20, 20]));
        Assert.Throws<ArgumentException>(() => index.Add(two, [20, -1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Search(two, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.SearchRadius(two, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HammingSearchOptions { Threads = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new MultiHashIndex(64, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MultiHashIndex(513));
        Assert.Throws<ArgumentException>(() => index.TryReconstruct(0, new byte[1]));
        Assert.Equal((10, 10L, false), (index.Count, index.NextId, index.Contains(20)));
        index.Add(two, [long.MaxValue, 20]);
        Assert.Throws<InvalidOperationException>(() => index.Add(two));
        Assert.Equal(2, index.Remove(20, 20, 21, long.MaxValue));
    }

    [Fact]
    public void An_empty_index_finds_nothing()
    {
        var index = new MultiHashIndex(64);
        Assert.Equal(0, index.Search(TestCodes.Random(64, 2, 1), 5)[1].Length);
        Assert.Equal(0, index.SearchRadius(TestCodes.Random(64, 2, 1), 64)[1].Length);
        Assert.Equal(0, index.Search(new BinaryCodes(64), 5).QueryCount);
    }

    [Fact]
    public void A_canceled_search_throws()
    {
        var index = new HammingFlatIndex(TestCodes.Random(64, 3000, 1));
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => index.Search(TestCodes.Random(64, 2, 1), 5, null, source.Token));
        Assert.ThrowsAny<OperationCanceledException>(() =>
            new MultiHashIndex(TestCodes.Random(64, 20_000, 1)).Search(TestCodes.Random(64, 2, 1), 5, null, source.Token));
    }

    private static void Change(HammingIndex index, IndexModel model, Random random)
    {
        BinaryCodes codes = TestCodes.Clustered(index.Bits, random.Next(0, 900), random.Next(1 << 20) / 7);
        switch (random.Next(3))
        {
            case 0:
                long first = index.Add(codes);
                Assert.Equal(model.NextId, first);
                model.Add(codes, [.. Enumerable.Range(0, codes.Count).Select(i => first + i)]);
                break;
            case 1:
                long[] ids = [.. Enumerable.Range(0, codes.Count).Select(i => model.NextId + 2 * i)];
                if (random.Next(2) == 0)
                    random.Shuffle(ids);
                index.Add(codes, ids);
                model.Add(codes, ids);
                break;
            default:
                double share = random.NextDouble();
                long[] gone = [.. model.Ids.Where(_ => random.NextDouble() < share)];
                Assert.Equal(gone.Length, index.Remove([.. gone, -5, model.NextId]));
                Assert.All(gone, id => Assert.True(model.Remove(id)));
                break;
        }
    }

    private static IdFilter? Filter(IndexModel model, Random random)
    {
        double share = random.Next(3) switch { 0 => 0.005, 1 => 0.5, _ => 0.95 };
        long[] ids = [.. model.Ids.Where(_ => random.NextDouble() < share), model.NextId + 3];
        return random.Next(4) switch { 0 => IdFilter.Only(ids), 1 => IdFilter.Except(ids), _ => null };
    }
}
