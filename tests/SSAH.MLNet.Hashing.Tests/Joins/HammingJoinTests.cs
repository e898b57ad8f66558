using CsCheck;
using SSAH.MLNet.Hashing.Tests.Codes;

namespace SSAH.MLNet.Hashing.Tests.Joins;

public sealed class HammingJoinTests
{
    private static readonly int[] s_lengths = [1, 5, 16, 31, 64, 65, 128, 300, 1100];

    private static readonly Gen<(int Bits, int Count, int Radius, int Seed)> s_cases = Gen.Select(
        Gen.Int[0, s_lengths.Length - 1].Select(i => s_lengths[i]), Gen.Int[0, 300], Gen.Int[0, 20], Gen.Int[0, 1 << 20]);

    [Fact]
    public void Pairs_and_groups_are_those_of_the_definition() => s_cases.Sample(sample =>
    {
        (int bits, int count, int radius, int seed) = sample;
        BinaryCodes codes = TestCodes.Clustered(bits, count, seed, centers: 20, flip: 0.04);
        var expected = new HashSet<HammingPair>();
        for (int first = 0; first < count; first++)
        {
            for (int second = first + 1; second < count; second++)
            {
                int distance = TestCodes.Distance(codes[first], codes[second]);
                if (distance <= radius)
                    expected.Add(new HammingPair(first, second, distance));
            }
        }
        foreach (int threads in (int[])[1, 3])
        {
            var found = new List<HammingPair>();
            HammingJoin.ForEachPair(codes, radius, found.Add, threads);
            Assert.Equal(expected.Count, found.Count);
            Assert.True(expected.SetEquals(found));
            Assert.Equal(GroupsOf(expected, count), HammingJoin.Groups(codes, radius, threads));
        }
    }, iter: 150);

    [Theory]
    [InlineData(64, 3)]
    [InlineData(64, 10)]
    [InlineData(256, 12)]
    public void Many_codes_give_the_pairs_that_searches_give(int bits, int radius)
    {
        BinaryCodes codes = TestCodes.Clustered(bits, 30_000, bits, centers: 4000, flip: 0.02);
        HammingMatches near = new HammingFlatIndex(codes).SearchRadius(codes, radius);
        long pairs = 0;
        HammingJoin.ForEachPair(codes, radius, _ => pairs++, threads: 2);
        long expected = (Enumerable.Range(0, codes.Count).Sum(row => (long)near[row].Length) - codes.Count) / 2;
        Assert.NotEqual(0, expected);
        Assert.Equal(expected, pairs);
    }

    [Fact]
    public void A_million_equal_codes_are_one_group_at_once()
    {
        var codes = new BinaryCodes(64);
        codes.Add(new byte[8 * 1_000_000]);
        codes.Add([0xFF, 0, 0, 0, 0, 0, 0, 0]);
        int[] groups = HammingJoin.Groups(codes, 3, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(0, groups[..1_000_000].Max());
        Assert.Equal(1_000_000, groups[1_000_000]);
    }

    [Fact]
    public void A_failing_receiver_or_a_token_ends_the_join()
    {
        BinaryCodes codes = TestCodes.Clustered(64, 5000, 1);
        Assert.Throws<InvalidDataException>(() => HammingJoin.ForEachPair(codes, 5, _ => throw new InvalidDataException(), threads: 2));
        using var source = new CancellationTokenSource();
        int seen = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => HammingJoin.ForEachPair(codes, 5, _ =>
        {
            seen++;
            source.Cancel();
        }, threads: 2, source.Token));
        Assert.InRange(seen, 1, 100_000);
        Assert.ThrowsAny<OperationCanceledException>(() => HammingJoin.Groups(codes, 5, cancellationToken: source.Token));
        Assert.Throws<ArgumentOutOfRangeException>(() => HammingJoin.Groups(codes, -1));
    }

    /// <summary>The lowest row that can be reached, by spreading until nothing changes.</summary>
    private static int[] GroupsOf(HashSet<HammingPair> pairs, int count)
    {
        int[] group = [.. Enumerable.Range(0, count)];
        for (bool changed = true; changed;)
        {
            changed = false;
            foreach (HammingPair pair in pairs)
            {
                int lowest = Math.Min(group[pair.First], group[pair.Second]);
                changed |= group[pair.First] != lowest || group[pair.Second] != lowest;
                (group[pair.First], group[pair.Second]) = (lowest, lowest);
            }
        }
        return group;
    }
}
