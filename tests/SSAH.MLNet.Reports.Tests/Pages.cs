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

    public static RetrievalReport Full(string name = "cat") => new()
    {
        Title = $"Report {name}",
        Summary = $"Summary {name}",
        Facts = [new ReportFact($"fact {name}", $"value {name}")],
        Runs =
        [
            new ReportRun($"run {name}", Metrics() with { MeanAveragePrecision = 0.9 }) { Remark = $"about {name}", TrainingTime = TimeSpan.FromSeconds(75) },
            new ReportRun("bare", Metrics(2, new RetrievalOptions { StableOrder = false, Cutoffs = [5] })),
        ],
        Gallery =
        [
            new ReportQuery(Plain(1, label: $"asked {name}", name: $"file {name}"),
                [new ReportNeighbor(Plain(2, label: $"found {name}", name: $"path {name}"), 3, true), new ReportNeighbor(Plain(3, label: $"lost {name}"), 7, false)]),
            new ReportQuery(Plain(4, label: "second"), [new ReportNeighbor(Plain(5, label: "third"), 0, true)]),
        ],
        GalleryRemark = $"chosen {name}",
        Learning =
        [
            new ReportChart($"curves {name}", $"x {name}", $"y {name}",
                [new ReportCurve($"a {name}", [(1, 2), (2, 3)]), new ReportCurve("b", [(1, 5)]), new ReportCurve("c", [])]) { Remark = $"read {name}" },
        ],
        Notes = [$"note {name}"],
    };
}
