namespace SSAH.MLNet.Reports.Charts;

/// <summary>Charts of a training run: the loss terms, and how the difficulty of the hard samples followed the hash network.</summary>
internal static class LearningCharts
{
    public static IReadOnlyList<ReportChart> Of(IReadOnlyList<SsahTrainingMetrics> history)
    {
        if (history.Count == 0)
            return [];
        ReportCurve Curve(string name, Func<SsahTrainingMetrics, double> value) => new(name, [.. history.Select(point => ((double)point.Step, value(point)))]);
        ReportChart Chart(string title, string yName, params IEnumerable<ReportCurve> curves) => new(title, "step", yName, [.. curves]) { IsXWhole = true };
        ReportCurve[] losses =
        [
            Curve("similarity", point => point.SimilarityLoss), Curve("classification", point => point.ClassificationLoss),
            Curve("quantization", point => point.QuantizationLoss), Curve("hard samples", point => point.AdversarialLoss),
            Curve("consistent", point => point.ConsistentLoss),
        ];
        var charts = new List<ReportChart>
        {
            // A loss that is switched off is 0 throughout and would only crowd the chart.
            Chart("Loss terms", "loss before its weight", losses.Where(IsUsed)) with { Remark = "Each point is the mean since the point before it." },
        };
        if (!history.Any(point => point.HardDifficulty != 0))
            return charts;
        charts.Add(Chart("Difficulty", "difficulty", Curve("hard samples, d", point => point.HardDifficulty),
            Curve("their images, d0", point => point.EasyDifficulty)));
        // By itself: beside d it would be a line at the bottom.
        charts.Add(Chart("What hard samples add", "difficulty", Curve("d - d0", point => point.HardDifficulty - point.EasyDifficulty),
            Curve("margin mu", point => point.Margin))
            with { Remark = "A-Net aims at d - d0 = mu; mu rises when H-Net copes." });
        charts.Add(Chart("Occluded area", "share of the image", Curve("area", point => point.OccludedArea)));
        charts.Add(Chart("Rotation", "mean |angle|, degrees", Curve("angle", point => point.MeanAngleDegrees)));
        return charts;
    }

    private static bool IsUsed(ReportCurve curve) => curve.Points.Any(point => point.Y != 0);
}
