using SSAH.MLNet.Hashing.Tests.Codes;

namespace SSAH.MLNet.Hashing.Tests.Kernels;

/// <summary>The level that a process takes by itself. <see cref="InstructionLevelTests"/> runs this class in processes with fewer
/// instructions.</summary>
public sealed class DefaultLevelTests
{
    /// <summary>Names the level that the process is to take.</summary>
    public const string ExpectedLevel = "SSAH_EXPECTED_LEVEL";

    [Fact]
    public void The_level_is_the_widest_that_is_there()
    {
        string? expected = Environment.GetEnvironmentVariable(ExpectedLevel);
        if (expected is not null)
            Assert.Equal(expected, KernelLevels.Best.ToString());
        KernelLevel[] there = [.. Enum.GetValues<KernelLevel>().Where(KernelLevels.IsSupported)];
        Assert.Equal(there.Max(), KernelLevels.Best);
    }

    [Fact]
    public void Both_indexes_equal_the_loop()
    {
        foreach (int bits in (int[])[8, 48, 64, 128, 256, 512])
        {
            BinaryCodes codes = TestCodes.Clustered(bits, 3000, bits, centers: 40, flip: 0.05);
            BinaryCodes queries = TestCodes.Clustered(bits, 6, bits, centers: 40, flip: 0.05);
            foreach (HammingIndex index in (HammingIndex[])[new HammingFlatIndex(codes), new MultiHashIndex(codes)])
            {
                (index as MultiHashIndex)?.Optimize();
                HammingMatches found = index.Search(queries, 12, new() { ProbingShare = 100 });
                for (int query = 0; query < queries.Count; query++)
                    Assert.Equal(TestCodes.Ranked(codes, null, queries[query]).Take(12), found[query].ToArray());
            }
        }
    }
}
