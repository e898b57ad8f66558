using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet.Reports.Charts;

/// <summary>Charts of the ranking: precision and recall of every run, distances and bits of the first.</summary>
internal static class RetrievalCharts
{
    public static IEnumerable<DrawnChart> Draw(IReadOnlyList<ReportRun> runs)
    {
        yield return PrecisionAndRecall("ranking", "One point for each number of images looked at, nearest first.",
            CurvesOf(runs, metrics => metrics.RankingCurve.Select(point => (point.Recall, point.Precision))));
        yield return PrecisionAndRecall("lookup", "One point for each Hamming radius; a query that finds nothing counts as precision 0.",
            CurvesOf(runs, metrics => metrics.LookupCurve.Select(point => (point.Recall, point.Precision))));
        HammingRetrievalMetrics shown = runs[0].Metrics;
        yield return DistanceSvg.Draw(shown.RelevantDistances, shown.IrrelevantDistances);
        if (shown.Codes is { } codes)
            yield return BitBalanceSvg.Draw(codes.BitMeans);
    }

    private static DrawnChart PrecisionAndRecall(string by, string remark, ReportCurve[] curves) =>
        CurveSvg.Draw(new ReportChart($"Precision and recall by {by}", "recall", "precision", curves) { XRange = (0, 1), YRange = (0, 1), Remark = remark });

    private static ReportCurve[] CurvesOf(IReadOnlyList<ReportRun> runs, Func<HammingRetrievalMetrics, IEnumerable<(double, double)>> points) =>
        [.. runs.Select(run => new ReportCurve(run.Name, [.. points(run.Metrics)]))];
}
