using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;

namespace SSAH.MLNet.Cli.Tests.Serve;

/// <summary>What dotnet-counters and OpenTelemetry see.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task Searches_images_labels_and_refusals_are_measured_under_the_library_s_name()
    {
        var measured = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var activities = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        using var meters = new MeterListener { InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "SSAH.MLNet")
                listener.EnableMeasurementEvents(instrument);
        } };
        meters.SetMeasurementEventCallback<double>((instrument, _, _, _) => measured.AddOrUpdate(instrument.Name, 1, (_, count) => count + 1));
        meters.SetMeasurementEventCallback<long>((instrument, _, _, _) => measured.AddOrUpdate(instrument.Name, 1, (_, count) => count + 1));
        meters.Start();
        using var traces = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "SSAH.MLNet", Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => activities.AddOrUpdate(activity.OperationName, 1, (_, count) => count + 1),
        };
        ActivitySource.AddActivityListener(traces);

        await using RunningService service = await RunningService.StartAsync();
        await service.SearchAsync(DrawnPhotos.Scene(1));
        await RunningService.BodyOf(await service.PostAsync("/images", DrawnPhotos.Scene(70)));
        await service.LabelAsync(1, "a");
        await RunningService.ProblemOf(await service.PostAsync("/search", [1, 2, 3]), HttpStatusCode.UnsupportedMediaType);
        // Other services of this process are heard, too.
        foreach (string name in new[] { "ssah.serve.encoding.duration", "ssah.serve.search.duration", "ssah.serve.images", "ssah.serve.labels",
            "ssah.serve.refused" })
            Assert.InRange(measured.GetValueOrDefault(name), 1, int.MaxValue);
        Assert.InRange(activities.GetValueOrDefault("ssah.search"), 1, int.MaxValue);
        Assert.InRange(activities.GetValueOrDefault("ssah.encode"), 2, int.MaxValue);
    }
}
