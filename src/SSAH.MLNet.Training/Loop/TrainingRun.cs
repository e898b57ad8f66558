using Microsoft.ML.Runtime;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Method;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Loop;

/// <summary>How a training ended.</summary>
/// <param name="Steps">H-steps.</param>
/// <param name="Elapsed">Training time.</param>
/// <param name="BestValidation">Figures of the encoder that was kept; null where nothing was validated.</param>
/// <param name="Ending">Why it ended, in words.</param>
internal sealed record TrainingOutcome(int Steps, TimeSpan Elapsed, ValidationFigures? BestValidation, string Ending);

/// <summary>What validation says of an encoder.</summary>
/// <param name="Map">Tie-averaged mAP.</param>
/// <param name="Ndcg">Tie-averaged NDCG@100; null where images have one label.</param>
internal readonly record struct ValidationFigures(double Map, double? Ndcg)
{
    /// <summary>What encoders are compared by: with several labels mAP does not see how many of them are shared.</summary>
    public double Criterion => Ndcg ?? Map;

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"mAP {Map:F3}") + (Ndcg is { } ndcg ? FormattableString.Invariant($" NDCG {ndcg:F3}") : "");
}

/// <summary>Drives a training to its end: reports, validation, early stopping, cancellation. The teacher is left in its best state.</summary>
internal sealed class TrainingRun(SsahTraining training, TrainingSet set, SsahTrainer.Options options, IHost host, IChannel channel)
{
    private const int ValidationBatch = 256;
    private static readonly RetrievalOptions s_headline = new() { Cutoffs = [100], StableOrder = false, Diagnostics = false, BootstrapSamples = 0, ExcludeSameRow = true };
    private Tensor[]? _bestState;
    private ValidationFigures? _best;
    private int _validationsWithoutGain;

    public TrainingOutcome Run()
    {
        string ending = "all steps done";
        try
        {
            while (training.Progress < 1)
            {
                if (options.Stopping.CancellationToken.IsCancellationRequested)
                {
                    if (options.Stopping.OnCancel == CancellationBehavior.Throw)
                        throw new OperationCanceledException(options.Stopping.CancellationToken);
                    if (training.Step == 0)
                        throw new OperationCanceledException("Training was canceled before its first step: there is no trained encoder to keep.", options.Stopping.CancellationToken);
                    ending = "canceled";
                    break;
                }
                MLNetInternals.CheckAlive(host);
                training.RunStep();
                if (!training.ReportIsDue)
                    continue;
                var validation = Validate();
                var metrics = training.Report(validation);
                channel.Info(MessageSensitivity.None, Describe(metrics) + (validation is { } figures ? $" validation {figures}" : ""));
                options.MetricsCallback?.Invoke(metrics);
                if (options.Validation.Patience is { } patience && _validationsWithoutGain >= patience)
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
        return new TrainingOutcome(training.Step, training.Elapsed, _best, ending);
    }

    private static string Describe(SsahTrainingMetrics m) => FormattableString.Invariant(
        $"step {m.Step} epoch {m.Epoch:F1} {m.Progress:P0} loss {m.TotalLoss:F3} d {m.HardDifficulty:F3} mu {m.Margin:F3} {m.ImagesPerSecond:F0} images/s");

    private ValidationFigures? Validate()
    {
        if (set.ValidationRows.Length == 0)
            return null;
        // Not among the labeled training rows: their codes are learned by heart, and the better, the more a network over-fits.
        var codes = Encode(set.ValidationRows);
        var labels = set.Labels.Take(set.ValidationRows);
        var found = RetrievalEvaluation.Evaluate(codes, labels, codes, labels, s_headline);
        var figures = new ValidationFigures(found.MeanAveragePrecision, found.Cutoffs[0].Ndcg);
        if (_best is not { } best || figures.Criterion > best.Criterion)
        {
            _best = figures;
            _validationsWithoutGain = 0;
            KeepState();
        }
        else
        {
            _validationsWithoutGain++;
        }
        return figures;
    }

    private BinaryCodes Encode(int[] rows)
    {
        var codes = new BinaryCodes(options.Bits, rows.Length);
        foreach (int[] chunk in rows.Chunk(ValidationBatch))
        {
            if (options.Stopping.OnCancel == CancellationBehavior.Throw)
                options.Stopping.CancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            var activations = training.Teacher.call(training.Batches.Plain(chunk)).Code.cpu().data<float>().ToArray();
            codes.AddActivations(activations);
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
