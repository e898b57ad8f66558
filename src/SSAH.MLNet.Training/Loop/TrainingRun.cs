using Microsoft.ML.Runtime;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Loop;

/// <summary>How a training ended.</summary>
/// <param name="Steps">H-steps.</param>
/// <param name="Elapsed">Training time.</param>
/// <param name="BestValidationMap">Best validated mAP; null where nothing was validated.</param>
/// <param name="Ending">Why it ended, in words.</param>
internal sealed record TrainingOutcome(int Steps, TimeSpan Elapsed, double? BestValidationMap, string Ending);

/// <summary>Drives a training to its end: reports, validation, early stopping, cancellation. The teacher is left in its best state.</summary>
internal sealed class TrainingRun(SsahTraining training, TrainingSet set, SsahTrainer.Options options, IHost host, IChannel channel)
{
    private const int ValidationBatch = 256;
    private static readonly RetrievalOptions s_headlineOnly = new() { Cutoffs = [], StableOrder = false, Diagnostics = false, BootstrapSamples = 0, ExcludeSameRow = true };
    private Tensor[]? _bestState;
    private double? _bestMap;
    private int _validationsWithoutGain;

    public TrainingOutcome Run()
    {
        string ending = "all steps done";
        try
        {
            while (training.Progress < 1)
            {
                if (options.CancellationToken.IsCancellationRequested)
                {
                    if (options.OnCancel == CancellationBehavior.Throw)
                        throw new OperationCanceledException(options.CancellationToken);
                    ending = "cancelled";
                    break;
                }
                MLNetInternals.CheckAlive(host);
                training.RunStep();
                if (!training.ReportIsDue)
                    continue;
                var metrics = training.Report(Validate());
                channel.Info(MessageSensitivity.None, Describe(metrics));
                options.MetricsCallback?.Invoke(metrics);
                if (options.EarlyStoppingPatience is { } patience && _validationsWithoutGain >= patience)
                {
                    ending = $"no better validation in {patience} reports";
                    break;
                }
            }
            RestoreBest();
        }
        finally
        {
            foreach (var tensor in _bestState ?? [])
                tensor.Dispose();
        }
        return new TrainingOutcome(training.Step, training.Elapsed, _bestMap, ending);
    }

    private static string Describe(SsahTrainingMetrics m) => FormattableString.Invariant(
        $"step {m.Step} epoch {m.Epoch:F1} {m.Progress:P0} loss {m.TotalLoss:F3} d {m.HardDifficulty:F3} mu {m.Margin:F3} {m.ImagesPerSecond:F0} images/s")
        + (m.ValidationMap is { } map ? FormattableString.Invariant($" validation mAP {map:F3}") : "");

    private double? Validate()
    {
        if (set.ValidationRows.Length == 0)
            return null;
        // Not among the labelled training rows: their codes are learned by heart, and the better, the more a network over-fits.
        var codes = Encode(set.ValidationRows);
        var labels = set.Labels.Take(set.ValidationRows);
        double map = RetrievalEvaluation.Evaluate(codes, labels, codes, labels, s_headlineOnly).MeanAveragePrecision;
        if (_bestMap is null || map > _bestMap)
        {
            _bestMap = map;
            _validationsWithoutGain = 0;
            KeepState();
        }
        else
        {
            _validationsWithoutGain++;
        }
        return map;
    }

    private BinaryCodes Encode(int[] rows)
    {
        var codes = new BinaryCodes(options.Bits, rows.Length);
        foreach (int[] chunk in rows.Chunk(ValidationBatch))
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            var activations = training.Teacher.call(training.Batches.Plain(chunk)).Code.cpu().data<float>().ToArray();
            var packed = BinaryCodes.FromActivations(options.Bits, activations);
            byte[] code = new byte[packed.BytesPerCode];
            for (int i = 0; i < packed.Count; i++)
            {
                packed.CopyPacked(i, code);
                codes.Add(code);
            }
        }
        return codes;
    }

    private void KeepState()
    {
        using var _ = no_grad();
        if (_bestState is null)
        {
            _bestState = [.. MovingAverage.Tensors(training.Teacher).Select(t => t.detach().clone().DetachFromDisposeScope())];
            return;
        }
        foreach (var (kept, current) in _bestState.Zip(MovingAverage.Tensors(training.Teacher)))
            kept.copy_(current);
    }

    private void RestoreBest()
    {
        if (_bestState is null)
            return;
        using var _ = no_grad();
        foreach (var (kept, current) in _bestState.Zip(MovingAverage.Tensors(training.Teacher)))
            current.copy_(kept);
    }
}
