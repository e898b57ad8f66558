namespace SSAH.MLNet.Hashing.Tests.Metrics;

public sealed class SeedSummaryTests
{
    [Fact]
    public void MeanAndSampleDeviation()
    {
        HammingRetrievalMetrics[] runs = [Run([0, 0, 0]), Run([0, 1, 0]), Run([1, 0, 0])];
        SeedFigure map = SeedSummary.Of(runs).Single(figure => figure.Name == "mAP");
        double[] values = [.. runs.Select(run => run.MeanAveragePrecision)];
        double mean = values.Average();
        Assert.Equal(mean, map.Mean, 1e-12);
        Assert.Equal(Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / 2), map.StandardDeviation, 1e-12);
        Assert.True(map.StandardDeviation > 0.01);
        Assert.EndsWith("(3 runs)", map.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("(1 run)", SeedSummary.Of([runs[0]])[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void RunsThatCannotBeComparedAreRefused()
    {
        Assert.Throws<ArgumentException>(() => SeedSummary.Of([]));
        Assert.Throws<ArgumentException>(() => SeedSummary.Of([Run([0, 0, 0]), Run([0, 0, 0], ApDenominator.Relevant)]));
    }

    private static HammingRetrievalMetrics Run(int[] classes, ApDenominator denominator = default) => RetrievalEvaluation.Evaluate(
        BinaryCodes.FromPacked(8, [0]), LabelSets.FromClasses([0]), BinaryCodes.FromPacked(8, [1, 3, 7]), LabelSets.FromClasses(classes),
        new RetrievalOptions { ApDenominator = denominator, BootstrapSamples = 0 });
}
