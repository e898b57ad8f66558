using System.Text.Json.Nodes;
using SSAH.MLNet.Reports;

namespace SSAH.MLNet.Samples.Demo;

/// <summary>Charts of the training: the loss terms, and how the difficulty of the hard samples followed H-Net.</summary>
internal static class LearningCharts
{
    /// <param name="progress">What the trainer reported, a JSON object for each stretch of steps.</param>
    public static IReadOnlyList<ReportChart> Of(JsonArray progress)
    {
        double Figure(JsonNode? point, string name) => (double)point![name]!;
        ReportCurve Curve(string title, Func<JsonNode?, double> value) => new(title, [.. progress.Select(point => (Figure(point, "Step"), value(point)))]);
        ReportCurve Named(string title, string name) => Curve(title, point => Figure(point, name));
        ReportCurve[] losses =
        [
            Named("similarity", "SimilarityLoss"), Named("classification", "ClassificationLoss"), Named("quantization", "QuantizationLoss"),
            Named("hard samples", "AdversarialLoss"), Named("consistent", "ConsistentLoss"),
        ];
        return
        [
            new ReportChart("Loss terms", "step", "loss before its weight", [.. losses.Where(curve => curve.Points.Any(point => point.Y != 0))])
            {
                IsXWhole = true, Remark = "Each point is the mean since the point before it.",
            },
            new ReportChart("Difficulty", "step", "difficulty", [Named("hard samples, d", "HardDifficulty"), Named("their images, d0", "EasyDifficulty")])
            {
                IsXWhole = true,
            },
            // By itself: beside d it would be a line at the bottom.
            new ReportChart("What hard samples add", "step", "difficulty",
                [Curve("d - d0", point => Figure(point, "HardDifficulty") - Figure(point, "EasyDifficulty")), Named("margin mu", "Margin")])
            {
                IsXWhole = true, Remark = "A-Net aims at d - d0 = mu; mu rises when H-Net copes.",
            },
            new ReportChart("Occluded area", "step", "share of the image", [Named("area", "OccludedArea")]) { IsXWhole = true },
            new ReportChart("Rotation", "step", "mean |angle|, degrees", [Named("angle", "MeanAngleDegrees")]) { IsXWhole = true },
        ];
    }
}
