using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.ML;
using SSAH.MLNet.Training.Tests.Trainer;

namespace SSAH.MLNet.Training.Tests.Loop;

public sealed class TrainingTelemetryTests
{
    [Fact]
    public void Steps_their_phases_images_and_losses_can_be_listened_to()
    {
        var activities = new ConcurrentBag<(string Name, string? Parent)>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "SSAH.MLNet",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => activities.Add((activity.OperationName, activity.Parent?.OperationName)),
        };
        ActivitySource.AddActivityListener(listener);
        var sums = new ConcurrentDictionary<string, double>();
        using var meters = new MeterListener { InstrumentPublished = (instrument, listening) =>
            { if (instrument.Meter.Name == "SSAH.MLNet") listening.EnableMeasurementEvents(instrument); } };
        meters.SetMeasurementEventCallback<long>((instrument, value, _, _) => sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => sums[$"{instrument.Name} {tags[0].Value}"] = value);
        meters.Start();

        var ml = new MLContext(1);
        var options = Images.Options(steps: 4);
        options.ReportEverySteps = 4;
        SsahTrainingMetrics? last = null;
        options.MetricsCallback = metrics => last = metrics;
        ml.Transforms.SsahHash(options).Fit(Images.View(ml, Images.Draw(60, 4))).Dispose();

        Assert.Single(activities, activity => activity.Name == "ssah.fit");
        Assert.Equal(4, activities.Count(activity => activity == ("ssah.step", "ssah.fit")));
        foreach (string phase in new[] { "easy pass", "hard pass", "backward pass", "A-step" })
            Assert.Equal(4, activities.Count(activity => activity == (phase, "ssah.step")));
        Assert.Equal((4, 4 * (12 + 24)), (sums["ssah.training.steps"], sums["ssah.training.images"]));
        Assert.Equal(last!.SimilarityLoss, sums["ssah.training.loss similarity"]);
    }
}
