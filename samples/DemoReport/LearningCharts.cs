using SSAH.MLNet.Samples.RetrievalReport;

namespace SSAH.MLNet.Samples.Demo;

/// <summary>Charts of the training: the loss terms, and how the difficulty of the hard samples followed H-Net.</summary>
internal static class LearningCharts
{
    public static IEnumerable<ChartGroup> Compose(ModelResult result)
    {
        var points = result.Curves;
        if (points.Count == 0)
            yield break;
        Curve Of(string name, Func<LearningPoint, double> value) => new(name, [.. points.Select(point => ((double)point.Step, value(point)))]);
        yield return new ChartGroup("Learning", $"{result.Model.Name}. Each point is the mean since the point before it.",
        [
            new CurveChart("Loss terms", "step", "loss before its weight", Used(
            [
                Of("similarity", point => point.SimilarityLoss), Of("classification", point => point.ClassificationLoss),
                Of("quantization", point => point.QuantizationLoss), Of("hard samples", point => point.AdversarialLoss),
                Of("consistent", point => point.ConsistentLoss),
            ])) { WholeX = true },
            new CurveChart("Difficulty", "step", "difficulty",
                [Of("hard samples, d", point => point.HardDifficulty), Of("their images, d0", point => point.EasyDifficulty)]) { WholeX = true },
            // By itself: beside d it would be a line at the bottom.
            new CurveChart("What hard samples add", "step", "difficulty",
                [Of("d - d0", point => point.HardDifficulty - point.EasyDifficulty), Of("margin mu", point => point.Margin)])
            {
                WholeX = true, Remark = "A-Net aims at d - d0 = mu; mu rises when H-Net copes.",
            },
            new CurveChart("Occluded area", "step", "share of the image", [Of("area", point => point.OccludedArea)]) { WholeX = true },
            new CurveChart("Rotation", "step", "mean |angle|, degrees", [Of("angle", point => point.MeanAngleDegrees)]) { WholeX = true },
        ]);
    }

    // A loss that is switched off is 0 throughout and would only crowd the chart.
    private static Curve[] Used(IEnumerable<Curve> curves) => [.. curves.Where(curve => curve.Points.Any(point => point.Y != 0))];
}
