using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace SSAH.MLNet.Training.Loop;

/// <summary>
/// What a training run tells tools that listen to the <see cref="ActivitySource"/> and the <see cref="Meter"/> "SSAH.MLNet". Without a listener it costs
/// nothing.
/// </summary>
internal static class TrainingTelemetry
{
    public const string Name = "SSAH.MLNet";

    /// <summary>Activities: <c>ssah.fit</c>, in it one <c>ssah.step</c> per step, in that one for each of the phases below.</summary>
    private static readonly ActivitySource s_source = new(Name);

    private static readonly Meter s_meter = new(Name);
    private static readonly Counter<long> s_steps = s_meter.CreateCounter<long>("ssah.training.steps", "{step}", "H-steps");
    private static readonly Counter<long> s_images =
        s_meter.CreateCounter<long>("ssah.training.images", "{image}", "Images trained on, by whether they are labeled");
    private static readonly Gauge<double> s_loss = s_meter.CreateGauge<double>("ssah.training.loss", null, "Mean loss since the last report, by term");

    public static Activity? Fit() => s_source.StartActivity("ssah.fit");

    public static Activity? Step() => s_source.StartActivity("ssah.step");

    /// <summary>A part of a step; on a GPU the time in which it was handed over, not computed.</summary>
    public static Activity? Phase(string name) => s_source.StartActivity(name);

    public static void Count(int labeled, int unlabeled)
    {
        s_steps.Add(1);
        s_images.Add(labeled, new KeyValuePair<string, object?>("labeled", true));
        s_images.Add(unlabeled, new KeyValuePair<string, object?>("labeled", false));
    }

    public static void Record(SsahTrainingMetrics metrics)
    {
        Record("total", metrics.TotalLoss);
        Record("similarity", metrics.SimilarityLoss);
        Record("classification", metrics.ClassificationLoss);
        Record("quantization", metrics.QuantizationLoss);
        Record("adversarial", metrics.AdversarialLoss);
        Record("consistent", metrics.ConsistentLoss);
    }

    private static void Record(string term, double loss) => s_loss.Record(loss, new KeyValuePair<string, object?>("term", term));
}
