using SSAH.MLNet.Hashing.Tests.Codes;

namespace SSAH.MLNet.Hashing.Tests.Kernels;

/// <summary>Every vector width and code length against the loop over the definition.</summary>
public sealed class ScanKernelTests
{
    private static readonly int[] s_lengths =
        [1, 2, 3, 7, 8, 12, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 96, 100, 127, 128, 129, 192, 255, 256, 257, 384, 511, 512,
            513, 1000, 1023, 1024, 2047, 2048, 4095, 4096];

    public static TheoryData<string> Levels => [.. Enum.GetNames<KernelLevel>()];

    [Theory]
    [MemberData(nameof(Levels))]
    public void Radius_search_equals_the_loop_at_every_radius(string name)
    {
        HammingSearchOptions options = OptionsFor(name);
        foreach (int bits in s_lengths)
        {
            BinaryCodes codes = Mixed(bits, 700);
            BinaryCodes queries = Mixed(bits, bits > 512 ? 3 : 12);
            var index = new HammingFlatIndex(codes);
            int[] radii = [0, 1, bits / 4, bits / 2 - 1, bits / 2, bits / 2 + 1, bits - 1, bits, bits + 1];
            foreach (int radius in radii.Where(radius => radius >= 0).Distinct())
            {
                HammingMatches found = index.SearchRadius(queries, radius, options);
                for (int query = 0; query < queries.Count; query++)
                    Assert.Equal(TestCodes.Ranked(codes, null, queries[query]).Where(match => match.Distance <= radius), found[query].ToArray());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void Nearest_equals_the_loop(string name)
    {
        HammingSearchOptions options = OptionsFor(name);
        foreach (int bits in s_lengths)
        {
            BinaryCodes codes = Mixed(bits, 1100);
            BinaryCodes queries = Mixed(bits, bits > 512 ? 3 : 9);
            var index = new HammingFlatIndex(codes);
            foreach (int k in (int[])[1, 10, 300, 1100, 5000])
            {
                HammingMatches found = index.Search(queries, k, options);
                for (int query = 0; query < queries.Count; query++)
                    Assert.Equal(TestCodes.Ranked(codes, null, queries[query]).Take(k), found[query].ToArray());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void Adversarial_codes_equal_the_loop(string name)
    {
        HammingSearchOptions options = OptionsFor(name);
        foreach (int bits in (int[])[5, 16, 31, 64, 128, 200, 256, 512, 1023, 2048, 4096])
        {
            // All zeros, all ones and one bit off each: the counters' extremes, and the edge between the two forms of a query.
            BinaryCodes codes = Extremes(bits);
            var index = new HammingFlatIndex(codes);
            HammingMatches found = index.Search(codes, codes.Count, options);
            for (int query = 0; query < codes.Count; query++)
                Assert.Equal(TestCodes.Ranked(codes, null, codes[query]), found[query].ToArray());
        }
    }

    private static HammingSearchOptions OptionsFor(string name)
    {
        KernelLevel level = Enum.Parse<KernelLevel>(name);
        Assert.SkipUnless(KernelLevels.IsSupported(level), $"This machine has no {level}.");
        return new HammingSearchOptions { Level = level, Threads = 1 };
    }

    /// <summary>Sparse, even and dense codes, so that queries of both forms and all counter depths occur.</summary>
    private static BinaryCodes Mixed(int bits, int count)
    {
        var codes = new BinaryCodes(bits);
        byte[] packed = new byte[codes.BytesPerCode];
        double[] densities = [0.05, 0.5, 0.95];
        for (int part = 0; part < densities.Length; part++)
        {
            BinaryCodes some = TestCodes.Random(bits, (count - part + 2) / 3, part + bits, densities[part]);
            for (int row = 0; row < some.Count; row++)
            {
                some.CopyPacked(row, packed);
                codes.Add(packed);
            }
        }
        return codes;
    }

    private static BinaryCodes Extremes(int bits)
    {
        var rows = new List<bool[]>();
        for (int ones = 0; ones <= bits; ones += Math.Max(1, bits / 37))
            rows.Add([.. Enumerable.Range(0, bits).Select(bit => bit < ones)]);
        rows.Add([.. Enumerable.Repeat(true, bits)]);
        for (int bit = 0; bit < bits; bit += Math.Max(1, bits / 23))
        {
            rows.Add([.. Enumerable.Range(0, bits).Select(other => other == bit)]);
            rows.Add([.. Enumerable.Range(0, bits).Select(other => other != bit)]);
        }
        return BinaryCodes.FromPacked(bits, BinaryCodesTests.Pack(bits, [.. rows]));
    }
}
