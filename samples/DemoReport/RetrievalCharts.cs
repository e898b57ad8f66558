using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Samples.RetrievalReport;

namespace SSAH.MLNet.Samples.Demo;

/// <summary>Charts of the ranking: precision and recall of every run, distances and bits of the first.</summary>
internal static class RetrievalCharts
{
    public static ChartGroup Compose(IReadOnlyList<ModelResult> results)
    {
        var shown = results[0].Metrics;
        var charts = new List<Chart>
        {
            new CurveChart("Precision and recall by ranking", "recall", "precision",
                CurvesOf(results, metrics => metrics.RankingCurve.Select(point => (point.Recall, point.Precision))))
            {
                XRange = (0, 1), YRange = (0, 1), Remark = "One point for each number of images looked at, nearest first.",
            },
            new CurveChart("Precision and recall by lookup", "recall", "precision",
                CurvesOf(results, metrics => metrics.LookupCurve.Select(point => (point.Recall, point.Precision))))
            {
                XRange = (0, 1), YRange = (0, 1), Remark = "One point for each Hamming radius; a query that finds nothing counts as precision 0.",
            },
            new DistanceChart("Distances between queries and database", shown.RelevantDistances, shown.IrrelevantDistances)
            {
                Remark = "The less the two overlap, the better a distance tells who belongs together.",
            },
        };
        if (shown.Codes is { } codes)
        {
            charts.Add(new BitBalanceChart("Bit balance", codes.BitMeans)
            {
                Remark = "Share of database images with a one; a bit that is always the same tells nothing.",
            });
        }

        return new ChartGroup("Retrieval", "", charts);
    }

    private static Curve[] CurvesOf(IReadOnlyList<ModelResult> results, Func<HammingRetrievalMetrics, IEnumerable<(double, double)>> points) =>
        [.. results.Select(result => new Curve(result.Model.Name, [.. points(result.Metrics)]))];
}
