using System.Runtime.InteropServices;
using Microsoft.ML.Runtime;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Training.Checkpoints;
using SSAH.MLNet.Training.Data;
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

/// <summary>Drives a training to its end: reports, validation, checkpoints, early stopping, cancellation. The teacher is left in its best state.</summary>
internal sealed class TrainingRun : IDisposable
{
    private const int ValidationBatch = 256;
    private const int MostChecked = 512;
    private static readonly RetrievalOptions s_headline = new() { Cutoffs = [100], StableOrder = false, Diagnostics = false, BootstrapSamples = 0,
        ExcludeSameRow = true };
    private readonly SsahTraining _training;
    private readonly TrainingSet _set;
    private readonly SsahTrainer.Options _options;
    private readonly IHost _host;
    private readonly IChannel _channel;
    private readonly MetricsHistory _history = new();
    private readonly BestEncoder _best;
    private readonly ShownHardSamples _shown;

    /// <summary>Prepares a run.</summary>
    /// <param name="training">The training.</param>
    /// <param name="set">Its data.</param>
    /// <param name="options">Its options.</param>
    /// <param name="identity">What a checkpoint says of both.</param>
    /// <param name="writer">Writes its checkpoints; null where none are wanted.</param>
    /// <param name="host">Says when to stop.</param>
    /// <param name="channel">The log.</param>
    public TrainingRun(SsahTraining training, TrainingSet set, SsahTrainer.Options options, Lazy<TrainingIdentity> identity, CheckpointWriter? writer,
        IHost host, IChannel channel)
    {
        (_training, _set, _options, _host, _channel) = (training, set, options, host, channel);
        _best = new BestEncoder(training.Teacher);
        _shown = new ShownHardSamples(training, set, options.HardSampleCallback);
        Checkpoints = new Checkpointing(training, _best, _history, identity, writer);
    }

    /// <summary>The training's checkpoints.</summary>
    public Checkpointing Checkpoints { get; }

    /// <summary>Trains to the end.</summary>
    public TrainingOutcome Run()
    {
        _training.Prepare((done, all) =>
        {
            MLNetInternals.CheckAlive(_host);
            _options.Stopping.CancellationToken.ThrowIfCancellationRequested();
            _channel.Info(MessageSensitivity.None, $"Features of {done} of {all} images; the time budget begins when all are there.");
        });
        var reason = RunSteps();
        _shown.AtEnd();
        // The last steps too: a longer training may go on from them.
        Checkpoints.Write();
        _best.Restore();
        int[] rows = [.. Enumerable.Range(0, Math.Min(MostChecked, _set.Labels.Count)).Select(i =>
            (int)((long)i * _set.Labels.Count / Math.Min(MostChecked, _set.Labels.Count)))];
        float[] activations = [.. rows.Chunk(ValidationBatch).SelectMany(Activations)];
        string[] warnings = [.. Checkpoints.Warnings, .. TrainingDoubts.About(_training.Step, _training.Step / (double)_training.StepsPerEpoch,
            activations, _options.Bits)];
        foreach (string warning in warnings)
            _channel.Warning(MessageSensitivity.None, warning);
        return new TrainingOutcome(_training.Step, _training.Elapsed, _best.Figures, reason, warnings, _history.Reports);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _best.Dispose();
        _shown.Dispose();
    }

    private bool ReturnsOnDivergence => _options.Stopping.OnDivergence == DivergenceBehavior.HalveLearningRate;

    private TrainingStopReason RunSteps()
    {
        if (ReturnsOnDivergence)
            Checkpoints.Write();
        var log = new ProgressLog(_training, _channel);
        _shown.AfterStep();
        int images = _options.Optimization.LabeledBatchSize + (_set.UnlabeledRows.Length > 0 && _options.Consistency.Weight > 0
            ? _options.Consistency.UnlabeledBatchSize : 0);
        while (_training.Progress < 1)
        {
            if (IsCanceled())
                return TrainingStopReason.Canceled;
            MLNetInternals.CheckAlive(_host);
            if (!TryStep())
                continue;
            log.Step(images);
            if (_training.ReportIsDue)
                Report(log);
            Checkpoints.AfterStep();
            _shown.AfterStep();
            if (_options.Validation.Patience is { } patience && _best.ValidationsWithoutGain >= patience)
                return TrainingStopReason.NoImprovement;
        }
        return _training.Step < _training.MaxSteps ? TrainingStopReason.TimeBudget : TrainingStopReason.AllSteps;
    }

    private void Report(ProgressLog log)
    {
        var validation = Validate();
        var metrics = _training.Report(validation);
        _history.Add(metrics);
        log.Report(metrics, validation);
        _options.MetricsCallback?.Invoke(metrics);
    }

    private bool IsCanceled()
    {
        if (!_options.Stopping.CancellationToken.IsCancellationRequested)
            return false;
        if (_training.Step > 0)
            Checkpoints.Write();
        if (_options.Stopping.OnCancel == CancellationBehavior.Throw)
            throw new OperationCanceledException(_options.Stopping.CancellationToken);
        return _training.Step > 0
            ? true
            : throw new OperationCanceledException("Training was canceled before its first step: there is no trained encoder to keep.",
                _options.Stopping.CancellationToken);
    }

    // False where the step led nowhere and the training has gone back.
    private bool TryStep()
    {
        try
        {
            _training.RunStep();
            return true;
        }
        catch (TrainingDivergedException error) when (ReturnsOnDivergence)
        {
            if (!Checkpoints.TryReturn(error))
                throw;
            return false;
        }
        catch (ExternalException error) when (ComputeDevice.Explain(error, _options, _training.Step) is { } explained)
        {
            throw explained;
        }
    }

    private ValidationFigures? Validate()
    {
        if (_set.ValidationRows.Length == 0)
            return null;
        try
        {
            var figures = Judge();
            _best.Add(figures);
            return figures;
        }
        catch (OperationCanceledException) when (_training.Progress < 1 || _options.Stopping.OnCancel == CancellationBehavior.KeepBest)
        {
            // What cancellation does is decided between two steps.
            return null;
        }
    }

    // Not among the labeled training rows: their codes are learned by heart, and the better, the more a network over-fits.
    private ValidationFigures Judge()
    {
        var codes = Encode(_set.ValidationRows);
        var labels = _set.Labels.Take(_set.ValidationRows);
        var found = RetrievalEvaluation.Evaluate(codes, labels, codes, labels, s_headline, cancellationToken: _options.Stopping.CancellationToken);
        return new ValidationFigures(found.MeanAveragePrecision, found.Cutoffs[0].Ndcg);
    }

    private BinaryCodes Encode(int[] rows)
    {
        var codes = new BinaryCodes(_options.Bits, rows.Length);
        foreach (int[] chunk in rows.Chunk(ValidationBatch))
        {
            _options.Stopping.CancellationToken.ThrowIfCancellationRequested();
            codes.AddActivations(Activations(chunk));
        }
        return codes;
    }

    private float[] Activations(int[] rows)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return _training.Teacher.Encode(_training.Batches.Plain(rows)).Fetch().data<float>().ToArray();
    }
}
