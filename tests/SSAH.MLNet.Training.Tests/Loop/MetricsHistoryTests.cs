using SSAH.MLNet.Training.Loop;

namespace SSAH.MLNet.Training.Tests.Loop;

public sealed class MetricsHistoryTests
{
    private static SsahTrainingMetrics At(int step) => new()
    {
        Step = step, Epoch = 0, Progress = 0, Elapsed = TimeSpan.Zero, LearningRate = 0, TotalLoss = 0, SimilarityLoss = 0, ClassificationLoss = 0,
            QuantizationLoss = 0,
        AdversarialLoss = 0, ConsistentLoss = 0, HardDifficulty = 0, EasyDifficulty = 0, Margin = 0, Level = 0, OccludedArea = 0, MeanAngleDegrees = 0,
        LabeledImages = 0,
        UnlabeledImages = 0, ConfidentShare = 0, BitMeans = [], MeanAbsoluteActivation = 0, ImagesPerSecond = 0,
    };

    [Theory]
    [InlineData(1)]
    [InlineData(199)]
    [InlineData(200)]
    [InlineData(1000)]
    [InlineData(4321)]
    public void Many_reports_are_thinned_out_evenly_and_the_ends_stay(int count)
    {
        var history = new MetricsHistory();
        for (int step = 1; step <= count; step++)
            history.Add(At(step));
        int[] steps = [.. history.Reports.Select(report => report.Step)];
        Assert.InRange(steps.Length, Math.Min(count, 100), 200);
        Assert.Equal((1, count), (steps[0], steps[^1]));
        int[] gaps = [.. steps.Zip(steps[1..], (a, b) => b - a)];
        Assert.True(gaps.SkipLast(1).Distinct().Count() <= 1, string.Join(' ', gaps));
    }
}
