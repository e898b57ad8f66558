using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Training.Loop;

namespace SSAH.MLNet.Training.Tests.Trainer;

public sealed class StoppingTests
{
    private static IDataView Data(MLContext ml) => Images.View(ml, Images.Draw(90, 2));

    [Fact]
    public void Cancellation_throws_by_default()
    {
        var ml = new MLContext(1);
        using var source = new CancellationTokenSource();
        var options = Images.Options(steps: 10_000);
        options.Stopping.CancellationToken = source.Token;
        options.MetricsCallback = _ => source.Cancel();
        Assert.Throws<OperationCanceledException>(() => ml.Transforms.SsahHash(options).Fit(Data(ml)));
    }

    [Fact]
    public void KeepBest_gives_the_encoder_so_far()
    {
        var ml = new MLContext(1);
        using var source = new CancellationTokenSource();
        var options = Images.Options(steps: 10_000);
        (options.Stopping.CancellationToken, options.Stopping.OnCancel) = (source.Token, CancellationBehavior.KeepBest);
        options.MetricsCallback = _ => source.Cancel();
        using var encoder = ml.Transforms.SsahHash(options).Fit(Data(ml));
        Assert.Equal((10, TrainingStopReason.Canceled), (encoder.TrainingSummary!.Steps, encoder.TrainingSummary.StopReason));
    }

    [Theory]
    [InlineData(CancellationBehavior.Throw)]
    [InlineData(CancellationBehavior.KeepBest)]
    public void Canceled_while_rows_are_read_it_throws_at_the_next_row(CancellationBehavior behavior)
    {
        var ml = new MLContext(1);
        using var source = new CancellationTokenSource();
        var options = Images.Options();
        (options.Stopping.CancellationToken, options.Stopping.OnCancel) = (source.Token, behavior);
        int read = 0;
        IEnumerable<Image> Rows()
        {
            foreach (var image in Images.Draw(90, 2))
            {
                if (++read == 20)
                    source.Cancel();
                yield return image;
            }
        }
        Assert.Throws<OperationCanceledException>(() => ml.Transforms.SsahHash(options).Fit(Images.View(ml, Rows())));
        Assert.InRange(read, 20, 21);
    }

    [Fact]
    public void KeepBest_has_nothing_to_keep_before_the_first_step()
    {
        var ml = new MLContext(1);
        using var source = new CancellationTokenSource();
        var options = Images.Options();
        (options.Stopping.CancellationToken, options.Stopping.OnCancel) = (source.Token, CancellationBehavior.KeepBest);
        IEnumerable<Image> Rows()
        {
            foreach (var image in Images.Draw(90, 2))
                yield return image;
            source.Cancel();
        }
        var error = Assert.Throws<OperationCanceledException>(() => ml.Transforms.SsahHash(options).Fit(Images.View(ml, Rows())));
        Assert.Contains("before its first step", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validation_is_reported_and_early_stopping_ends_training()
    {
        var ml = new MLContext(1);
        var options = Images.Options(steps: 10_000);
        (options.Validation.Fraction, options.Validation.Patience, options.ReportEverySteps) = (0.4, 2, 5);
        var maps = new List<double>();
        options.MetricsCallback = m =>
        {
            maps.Add(m.ValidationMap!.Value);
            Assert.Null(m.ValidationNdcg);
        };
        using var encoder = ml.Transforms.SsahHash(options).Fit(Data(ml));
        Assert.All(maps, map => Assert.InRange(map, 0.01, 1));
        Assert.True(maps[^1] <= maps[..^2].Max() && maps[^2] <= maps[..^2].Max());
        Assert.Equal(TrainingStopReason.NoImprovement, encoder.TrainingSummary!.StopReason);
    }

    [Fact]
    public void A_time_budget_ends_training_and_the_schedule_with_it()
    {
        var ml = new MLContext(1);
        var options = Images.Options();
        (options.Stopping.MaxSteps, options.Stopping.TimeBudget, options.ReportEverySteps) = (null, TimeSpan.FromSeconds(3), 1);
        SsahTrainingMetrics? last = null;
        options.MetricsCallback = m => last = m;
        using var encoder = ml.Transforms.SsahHash(options).Fit(Data(ml));
        Assert.Equal(TrainingStopReason.TimeBudget, encoder.TrainingSummary!.StopReason);
        Assert.Equal(1, last!.Progress);
        Assert.True(last.LearningRate < 0.3 * options.Optimization.LearningRate, $"The learning rate ended at {last.LearningRate}.");
    }

    [Fact]
    public void A_loss_that_is_not_finite_names_the_term_and_the_step()
    {
        var ml = new MLContext(1);
        var options = Images.Options(steps: 400);
        (options.Optimization.LearningRate, options.Optimization.WarmUp, options.Losses.ClassificationWeight, options.Optimization.WeightDecay) =
            (10, 0, 1000, 1);
        var error = Assert.Throws<TrainingDivergedException>(() => ml.Transforms.SsahHash(options).Fit(Data(ml)));
        Assert.Contains($"at step {error.Step}", error.Message, StringComparison.Ordinal);
        Assert.Contains(error.Term.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_goes_to_the_log()
    {
        var ml = new MLContext(1);
        var lines = new List<string>();
        ml.Log += (_, e) => lines.Add(e.Message);
        ml.Transforms.SsahHash(Images.Options(steps: 10)).Fit(Data(ml)).Dispose();
        Assert.Contains(lines, l => l.Contains("step 10", StringComparison.Ordinal) && l.Contains("images/s, 0:00:00 left", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("45 labeled, 45 unlabeled", StringComparison.Ordinal));
    }

    [Fact]
    public void A_validation_row_is_not_searched_among_itself_or_the_training_rows()
    {
        var ml = new MLContext(1);
        var maps = new List<double>();
        var options = Images.Options(steps: 4);
        // Four rows of three classes are held out: two find each other, the other two could only find themselves or a training row, and have 0.
        (options.Validation.Fraction, options.ReportEverySteps) = (0.5, 2);
        options.MetricsCallback = m => maps.Add(m.ValidationMap!.Value);
        Image[] images = [.. Images.Draw(8, labeledEvery: 1)];
        using var encoder = ml.Transforms.SsahHash(options).Fit(Images.View(ml, images));
        Assert.Equal(2, maps.Count);
        Assert.All(maps, map => Assert.InRange(map, 0.1, 0.5));
    }

    [Theory]
    [InlineData(0.1, 1)]
    [InlineData(0.3, 2)]
    [InlineData(0.8, 6)]
    public void A_validation_that_could_not_tell_anything_is_an_error_before_training(double fraction, int held)
    {
        var ml = new MLContext(1);
        var options = Images.Options(steps: 4);
        options.Validation.Fraction = fraction;
        // Of seven rows in seven classes no two share a label.
        var rows = Images.Draw(7, labeledEvery: 1).Select((image, i) => new SevenClasses { Pixels = image.Pixels, Label = (uint)i });
        var error = Assert.Throws<InvalidOperationException>(() => ml.Transforms.SsahHash(options).Fit(ml.Data.LoadFromEnumerable(rows)));
        foreach (string part in new[] { "Validation.Fraction", $"holds {held} of 7", $"leaves {7 - held}" })
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_encoder_runs_on_the_CPU_unless_its_own_options_name_a_GPU()
    {
        var ml = new MLContext(1) { GpuDeviceId = 63, FallbackToCpu = false };
        var options = Images.Options(steps: 4);
        options.Device = TrainingDevice.Cpu;
        using var encoder = ml.Transforms.SsahHash(options).Fit(Data(ml));
        float[] image = Images.Draw(1, 0)[0].Pixels;
        using var other = encoder.WithOptions(new HashEncodingOptions { BatchSize = 1 });
        Assert.Equal(encoder.EncodeActivations(image), other.EncodeActivations(image));
        Assert.Contains("CUDA device 63", Assert.Throws<InvalidOperationException>(() =>
            encoder.WithOptions(new HashEncodingOptions { GpuDeviceId = 63 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_time_budget_begins_with_the_first_step()
    {
        var schedule = new TrainingSchedule(new SsahTrainer.Options { Stopping = { TimeBudget = TimeSpan.FromMilliseconds(1) } }, stepsPerEpoch: 5);
        Thread.Sleep(20);
        Assert.Equal((TimeSpan.Zero, 0), (schedule.Elapsed, schedule.Progress(0)));
        schedule.Start();
        Thread.Sleep(20);
        Assert.Equal(1, schedule.Progress(0));
    }

    private sealed class SevenClasses
    {
        [VectorType(3, Image.Side, Image.Side)]
        public float[] Pixels { get; set; } = [];

        [KeyType(7)]
        public uint Label { get; set; }
    }
}
