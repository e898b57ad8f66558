using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Reports.Tests;

/// <summary>A small report with every part.</summary>
internal static class Pages
{
    public static ReportImage Plain(byte value, int side = 2, string label = "", string name = "") =>
        new(side, side, Enumerable.Repeat(value, side * side * 3).ToArray()) { Label = label, Name = name };

    /// <summary>Figures of random codes of three classes.</summary>
    public static HammingRetrievalMetrics Metrics(int seed = 1, RetrievalOptions? options = null)
    {
        var random = new Random(seed);
        byte[] queries = new byte[2 * 20], database = new byte[2 * 300];
        random.NextBytes(queries);
        random.NextBytes(database);
        return RetrievalEvaluation.Evaluate(
            BinaryCodes.FromPacked(16, queries), LabelSets.FromClasses([.. Enumerable.Range(0, 20).Select(i => i % 3)]),
            BinaryCodes.FromPacked(16, database), LabelSets.FromClasses([.. Enumerable.Range(0, 300).Select(i => i % 3)]), options);
    }

    /// <summary>Three classes of which two find each other.</summary>
    public static NeighborConfusion Confusion(string name)
    {
        LabelSets labels = LabelSets.FromClasses([0, 1, 2], [name, "second", "third"]);
        return NeighborConfusion.Of(BinaryCodes.FromPacked(8, [0, 1, 255]), labels, BinaryCodes.FromPacked(8, [0, 1, 255]), labels, k: 2);
    }

    /// <summary>A report of a training; similarity falls by 1 a step.</summary>
    public static SsahTrainingMetrics Point(int step, double hard) => new()
    {
        Step = step, Epoch = 1, Progress = 1, Elapsed = TimeSpan.FromSeconds(1), LearningRate = 1, TotalLoss = 1, SimilarityLoss = 3 - step,
        ClassificationLoss = 1, QuantizationLoss = 0, AdversarialLoss = hard, ConsistentLoss = 0, HardDifficulty = hard, EasyDifficulty = hard / 2,
        Margin = 0.1, Level = 1, OccludedArea = 0.1, MeanAngleDegrees = 5, LabeledImages = 1, UnlabeledImages = 1, ConfidentShare = 0, BitMeans = [],
        MeanAbsoluteActivation = 1, ImagesPerSecond = 1,
    };

    public static RetrievalReport Full(string name = "cat") => new()
    {
        Title = $"Report {name}",
        Summary = $"Summary {name}",
        Facts = [($"fact {name}", $"value {name}")],
        Runs =
        [
            new ReportRun($"run {name}", Metrics() with { MeanAveragePrecision = 0.9 }) { Remark = $"about {name}", TrainingTime = TimeSpan.FromSeconds(75) },
            new ReportRun("bare", Metrics(2, new RetrievalOptions { StableOrder = false, Cutoffs = [5] })),
        ],
        Gallery =
        [
            new ReportQuery(Plain(1, label: $"asked {name}", name: $"file {name}"),
                [new ReportNeighbor(Plain(2, label: $"found {name}", name: $"path {name}"), 3, true),
                    new ReportNeighbor(Plain(3, label: $"lost {name}"), 7, false)]),
            new ReportQuery(Plain(4, label: "second"), [new ReportNeighbor(Plain(5, label: "third"), 0, true)]),
        ],
        GalleryRemark = $"chosen {name}",
        Confusion = Confusion($"class {name}"),
        Leaks = new LeakReport([new Leak($"leak {name}", $"copy {name}", DuplicateKind.SameFile, ImagePose.Upright, 1)], 20, [], []),
        Training = new HashTrainingSummary { History = [Point(1, hard: 0.5), Point(2, hard: 1)] },
        Notes = [$"note {name}"],
    };
}
