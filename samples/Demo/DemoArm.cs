using System.Diagnostics;
using Microsoft.ML;

namespace SSAH.MLNet.Samples.Demo;

/// <summary>One way to train, and its name in the comparison.</summary>
internal sealed record DemoArm(string Name, string File, string Remark, Action<SsahTrainer.Options> Change)
{
    // The controls take about as long as the full method together.
    private const double FullShareOfComparison = 0.5;

    public static IEnumerable<DemoArm> For(DemoOptions options)
    {
        yield return new DemoArm("Full SSAH", "ssah", "adversarial hard samples, self-paced; consistent loss on unlabeled images", _ => { });
        if (!options.Compare)
            yield break;
        yield return new DemoArm("Random hard samples", "random", "the same, but occlusion and rotation drawn at random",
            trainer => trainer.HardSamples.Source = HardSampleSource.Random);
        yield return new DemoArm("H-Net only", "hnet", "labeled images alone, no hard samples", trainer =>
        {
            trainer.HardSamples.Source = HardSampleSource.None;
            trainer.Consistency.Weight = 0;
        });
    }

    /// <summary>Trains, saves the model as a .zip and the learning curves as JSON lines.</summary>
    /// <param name="mlContext">The context of the data view.</param>
    /// <param name="view">Training images.</param>
    /// <param name="demo">Options of the demo.</param>
    /// <param name="steps">Steps to take; null trains for the time budget.</param>
    /// <param name="cancellation">Ends the training early.</param>
    public TrainedModel Train(MLContext mlContext, IDataView view, DemoOptions demo, int? steps, CancellationToken cancellation)
    {
        Console.WriteLine($"\n{Name}: {Remark}");
        using var log = new TrainingLog(Path.Combine(demo.Out, $"{File}.curves.jsonl"));
        var options = new SsahTrainer.Options
        {
            Bits = demo.Bits,
            Seed = demo.Seed,
            Stopping =
            {
                MaxSteps = steps,
                TimeBudget = steps is null ? TimeSpan.FromMinutes(demo.BudgetMinutes * (demo.Compare ? FullShareOfComparison : 1)) : null,
                CancellationToken = cancellation,
                OnCancel = CancellationBehavior.KeepBest,
            },
            ReportEverySteps = steps is { } all ? Math.Max(1, all / 25) : (int)Math.Clamp(demo.BudgetMinutes * 3, 5, 200),
            MetricsCallback = log.Write,
        };
        Change(options);

        var time = Stopwatch.StartNew();
        var encoder = mlContext.Transforms.SsahHash(options).Fit(view);
        time.Stop();

        mlContext.Model.Save(encoder, view.Schema, Path.Combine(demo.Out, $"{File}.zip"));
        return new TrainedModel(Name, Remark, $"{File}.zip", $"{File}.curves.jsonl", time.Elapsed.TotalSeconds, encoder.TrainingSummary!.Steps);
    }
}
