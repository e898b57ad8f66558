namespace SSAH.MLNet.Files.Tests;

/// <summary>The fuzzer itself: readers that do harm on purpose are seen to do it.</summary>
public sealed class WatchTests
{
    [Theory]
    [InlineData("fault-hang", "hang")]
    [InlineData("fault-crash", "crash")]
    [InlineData("fault-memory", "memory")]
    [InlineData("fault-error", "OtherError: FormatException")]
    public void A_fault_is_noted_with_its_input_and_the_next_input_is_read(string reader, string what)
    {
        Assert.SkipWhen(FuzzProgram is null, "The fuzzer's program is not beside the tests.");
        var tally = new Tally();
        TimeSpan patience = TimeSpan.FromSeconds(reader == "fault-memory" ? 60 : 1);
        new Batch(reader, "flips", seed: 1, all: 8, patience, memory: 400L << 20, FuzzProgram).Run(first: 2, end: 4, tally);
        Assert.Equal(2, tally.Inputs);
        Assert.Equal([2L, 3], tally.Findings.Select(finding => finding.Number));
        Assert.All(tally.Findings, finding => Assert.StartsWith(what, finding.What, StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_seed_gives_the_same_inputs()
    {
        using FileTarget target = AllTargets.Named("split");
        byte[][] Inputs(int seed) => [.. Enumerable.Range(0, 20).Select(number => InputSource.Of("mutations", seed).Make(target, number, 20))];
        Assert.Equal(Inputs(1), Inputs(1));
        Assert.NotEqual(Inputs(1), Inputs(2));
    }

    private static string? FuzzProgram
    {
        get
        {
            string path = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "SSAH.MLNet.Fuzz.exe" : "SSAH.MLNet.Fuzz");
            return File.Exists(path) ? path : null;
        }
    }
}
