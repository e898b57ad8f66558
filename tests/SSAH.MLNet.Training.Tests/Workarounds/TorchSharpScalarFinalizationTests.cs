using System.Runtime;
using Microsoft.ML;
using SSAH.MLNet.Training.Loop;
using SSAH.MLNet.Training.Tests.Trainer;
using SSAH.MLNet.Training.Workarounds;

namespace SSAH.MLNet.Training.Tests.Workarounds;

public sealed class TorchSharpScalarFinalizationTests
{
    [Fact]
    public void Garbage_is_collected_but_never_in_the_background()
    {
        using var collections = TorchSharpScalarFinalization.Prevent();
        long background = GC.GetGCMemoryInfo(GCKind.Background).Index;
        int full = GC.CollectionCount(2);
        object[] kept = new object[64];
        var random = new Random(1);
        for (int i = 0; i < 20_000; i++)
            kept[random.Next(kept.Length)] = new byte[random.Next(100_000, 400_000)];
        Assert.True(GC.CollectionCount(2) > full);
        Assert.Equal(background, GC.GetGCMemoryInfo(GCKind.Background).Index);
    }

    [Fact]
    public void The_last_of_several_trainings_puts_the_mode_back()
    {
        var before = GCSettings.LatencyMode;
        var (first, second) = (TorchSharpScalarFinalization.Prevent(), TorchSharpScalarFinalization.Prevent());
        first.Dispose();
        first.Dispose();
        Assert.Equal(GCLatencyMode.Batch, GCSettings.LatencyMode);
        second.Dispose();
        Assert.Equal(before, GCSettings.LatencyMode);
    }

    [Fact]
    public void A_mode_that_the_program_chooses_meanwhile_stays()
    {
        var before = GCSettings.LatencyMode;
        try
        {
            using (TorchSharpScalarFinalization.Prevent())
                GCSettings.LatencyMode = GCLatencyMode.SustainedLowLatency;
            Assert.Equal(GCLatencyMode.SustainedLowLatency, GCSettings.LatencyMode);
        }
        finally
        {
            GCSettings.LatencyMode = before;
        }
    }

    [Fact]
    public void A_region_without_collections_is_left_alone()
    {
        Assert.True(GC.TryStartNoGCRegion(64 << 20));
        using (TorchSharpScalarFinalization.Prevent())
            Assert.Equal(GCLatencyMode.NoGCRegion, GCSettings.LatencyMode);
        Assert.Equal(GCLatencyMode.NoGCRegion, GCSettings.LatencyMode);
        GC.EndNoGCRegion();
    }

    [Fact]
    public void Fit_collects_in_the_foreground_and_puts_the_mode_back_even_when_it_fails()
    {
        var mlContext = new MLContext(1);
        var before = GCSettings.LatencyMode;
        var modes = new List<GCLatencyMode>();
        var options = Images.Options(steps: 4);
        options.ReportEverySteps = 2;
        options.MetricsCallback = m =>
        {
            modes.Add(GCSettings.LatencyMode);
            if (m.Step > 2)
                throw new TimeoutException("Enough.");
        };
        var trainer = mlContext.Transforms.SsahHash(options);
        var data = Images.View(mlContext, Images.Draw(60, labeledEvery: 3));
        Assert.Throws<TimeoutException>(() => trainer.Fit(data));
        Assert.Equal([GCLatencyMode.Batch, GCLatencyMode.Batch], modes);
        Assert.Equal(before, GCSettings.LatencyMode);
    }
}
