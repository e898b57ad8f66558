using System.Runtime.InteropServices;
using Microsoft.ML.Runtime;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Method;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Loop;

/// <summary>How a training run ended.</summary>
/// <param name="Steps">H-steps.</param>
/// <param name="Elapsed">Training time.</param>
/// <param name="BestValidation">Figures of the encoder that was kept; null if nothing was validated.</param>
/// <param name="StopReason">Why it ended.</param>
/// <param name="Warnings">What seems wrong, and what to do.</param>
/// <param name="History">Its reports.</param>
internal sealed record TrainingOutcome(
    int Steps, TimeSpan Elapsed, ValidationFigures? BestValidation, TrainingStopReason StopReason, IReadOnlyList<string> Warnings,
    IReadOnlyList<SsahTrainingMetrics> History);

/// <summary>What validation says of an encoder.</summary>
/// <param name="Map">Tie-averaged mAP.</param>
/// <param name="Ndcg">Tie-averaged NDCG@100; null if images have one label.</param>
internal readonly record struct ValidationFigures(double Map, double? Ndcg)
{
    /// <summary>What encoders are compared by: with several labels mAP does not see how many of them are shared.</summary>
    public double Criterion => Ndcg ?? Map;

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"mAP {Map:F3}")
        + (Ndcg is { } ndcg ? FormattableString.Invariant($" NDCG {ndcg:F3}") : "");
}

/// <summary>Drives a training run to its end: reports, validation, early stopping, cancellation. The teacher is left in its best state.</summary>
internal sealed class TrainingRun(SsahTraining training, TrainingSet set, SsahTrainer.Options options, IHost host, IChannel channel)
{
    private const int ValidationBatch = 256;
    private const int MostChecked = 512;
    private static readonly RetrievalOptions s_headline =
        new() { Cutoffs = [100], StableOrder = false, Diagnostics = false, BootstrapSamples = 0, ExcludeSameRow = true };
    private readonly MetricsHistory _history = new();
    private Tensor[]? _bestState;
    private ValidationFigures? _best;
    private int _validationsWithoutGain;

    public TrainingOutcome Run()
    {
        TrainingStopReason reason;
        try
        {
            training.Prepare((done, all) =>
            {
                MLNetInternals.CheckAlive(host);
                options.Stopping.CancellationToken.ThrowIfCancellationRequested();
                channel.Info(MessageSensitivity.None, $"Features of {done} of {all} images; the time budget begins when all are there.");
            });
            reason = RunSteps();
            RestoreBest();
        }
        finally
        {
            foreach (var tensor in _bestState ?? [])
                tensor.Dispose();
        }
        int[] rows = [.. Enumerable.Range(0, Math.Min(MostChecked, set.Labels.Count))
            .Select(i => (int)((long)i * set.Labels.Count / Math.Min(MostChecked, set.Labels.Count)))];
        float[] activations = [.. rows.Chunk(ValidationBatch).SelectMany(Activations)];
        string[] warnings = [.. TrainingDoubts.About(training.Step, training.Step / (double)training.StepsPerEpoch, activations, options.Bits)];
        foreach (string warning in warnings)
            channel.Warning(MessageSensitivity.None, warning);
        return new TrainingOutcome(training.Step, training.Elapsed, _best, reason, warnings, _history.Reports);
    }

    private TrainingStopReason RunSteps()
    {
        var log = new ProgressLog(training, channel);
        int images = options.Optimization.LabeledBatchSize
            + (set.UnlabeledRows.Length > 0 && options.Consistency.Weight > 0 ? options.Consistency.UnlabeledBatchSize : 0);
        while (training.Progress < 1)
        {
            if (IsCanceled())
                return TrainingStopReason.Canceled;
            MLNetInternals.CheckAlive(host);
            RunStep();
            log.Step(images);
            if (!training.ReportIsDue)
                continue;
            var validation = Validate();
            var metrics = training.Report(validation);
            _history.Add(metrics);
            log.Report(metrics, validation);
            options.MetricsCallback?.Invoke(metrics);
            if (options.Validation.Patience is { } patience && _validationsWithoutGain >= patience)
                return TrainingStopReason.NoImprovement;
        }
        return training.Step < training.MaxSteps ? TrainingStopReason.TimeBudget : TrainingStopReason.AllSteps;
    }

    private bool IsCanceled()
    {
        if (!options.Stopping.CancellationToken.IsCancellationRequested)
            return false;
        if (options.Stopping.OnCancel == CancellationBehavior.Throw)
            throw new OperationCanceledException(options.Stopping.CancellationToken);
        return training.Step > 0
            ? true
            : throw new OperationCanceledException("Training was canceled before its first step: there is no trained encoder to keep.",
                options.Stopping.CancellationToken);
    }

    private void RunStep()
    {
        try
        {
            training.RunStep();
        }
        catch (ExternalException error) when (ComputeDevice.Explain(error, options, training.Step) is { } explained)
        {
            throw explained;
        }
    }

    private ValidationFigures? Validate()
    {
        if (set.ValidationRows.Length == 0)
            return null;
        // Not among the labeled training rows: their codes are memorized, the more so the more a network overfits.
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
            codes.AddActivations(Activations(chunk));
        }
        return codes;
    }

    private float[] Activations(int[] rows)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return training.Teacher.call(training.Batches.Plain(rows)).Code.cpu().data<float>().ToArray();
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
