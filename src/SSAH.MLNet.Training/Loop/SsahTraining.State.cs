using SSAH.MLNet.Training.Checkpoints;
using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Loop;

/// <summary>What is kept of a training between two steps, and how it goes on from there.</summary>
internal sealed partial class SsahTraining
{
    private const string Confidence = "confidence", Noise = "noise";

    /// <summary>What all learning rates are multiplied by; less than 1 after losses that were not finite.</summary>
    public double RateScale { get; set; } = 1;

    /// <summary>Where the training is, beside its tensors.</summary>
    public TrainingState State => new(
        Step, _lastProgress, _schedule.Elapsed, RateScale, _labeledRows.Drawn, _unlabeledRows?.Drawn ?? 0, _batches.Drawn,
        _hashOptimizer.Steps, _adversaryOptimizer?.Steps ?? 0, _policy.State);

    /// <summary>The tensors that the next steps depend on, by file. They go on changing with the training.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<NamedTensor>> Tensors()
    {
        var files = new Dictionary<string, IReadOnlyList<NamedTensor>>(StringComparer.Ordinal)
        {
            [CheckpointFiles.HashNetwork] = HashNetwork.NamedTensors(),
            [CheckpointFiles.Teacher] = Teacher.NamedTensors(),
            [CheckpointFiles.HashOptimizer] = Numbered(_hashOptimizer),
            [CheckpointFiles.Random] = [new(Noise, _networks.Noise.State), .. _confidence.Means.Index().Select(mean =>
                new NamedTensor($"{Confidence}.{mean.Index}", mean.Item))],
        };
        if (Adversary is not null)
        {
            files.Add(CheckpointFiles.Adversary, Adversary.NamedTensors());
            files.Add(CheckpointFiles.AdversaryOptimizer, Numbered(_adversaryOptimizer!));
        }
        return files;
    }

    /// <summary>Goes on where a checkpoint was written; its options and data must be those of this training.</summary>
    /// <exception cref="InvalidOperationException">The checkpoint is of other networks.</exception>
    public void Restore(StoredCheckpoint checkpoint)
    {
        var state = checkpoint.Manifest.Training;
        foreach (var (file, tensors) in Tensors())
            if (file != CheckpointFiles.Random)
                checkpoint.Restore(file, tensors);
        var random = checkpoint.Tensors[CheckpointFiles.Random];
        _networks.Noise.State = random[Noise].ToTensor();
        _confidence.Means = [.. random.Where(tensor => tensor.Key.StartsWith(Confidence, StringComparison.Ordinal)).OrderBy(tensor => tensor.Key,
            StringComparer.Ordinal).Select(tensor => tensor.Value.ToTensor())];
        _labeledRows.Restart(state.LabeledRows);
        _unlabeledRows?.Restart(state.UnlabeledRows);
        _batches.Restart(state.Images);
        _hashOptimizer.Steps = state.HashSteps;
        if (_adversaryOptimizer is not null)
            _adversaryOptimizer.Steps = state.AdversarySteps;
        _policy.State = state.Pacing;
        _schedule.Resume(state.Elapsed);
        _lastReport = state.Elapsed;
        _lastProgress = state.LastProgress;
        _window.Dispose();
        _window = new MetricsWindow();
        RateScale = state.RateScale;
        Step = state.Step;
        Progress = _schedule.Progress(Step);
    }

    /// <summary>Begins with the weights of a checkpoint, as far as they fit, and gives the names of those that do not.</summary>
    /// <exception cref="InvalidOperationException">Nothing of its backbone fits.</exception>
    public IReadOnlyList<string> Warm(StoredCheckpoint checkpoint)
    {
        var missing = WarmStart.Apply(checkpoint, CheckpointFiles.Teacher, HashNetwork.NamedTensors());
        if (!HashNetwork.NamedTensors().Select(tensor => tensor.Name).Any(name => name.StartsWith("backbone.", StringComparison.Ordinal)
            && !missing.Contains(name)))
            throw new InvalidOperationException($"WarmStart: nothing of the backbone in '{checkpoint.Path}' fits this one. Take the Backbone that "
                + $"it was trained with.");
        if (Adversary is not null)
            missing = [.. missing, .. WarmStart.Apply(checkpoint, CheckpointFiles.Adversary, Adversary.NamedTensors())];
        MovingAverage.Copy(HashNetwork, Teacher);
        return missing;
    }

    private static IReadOnlyList<NamedTensor> Numbered(Optimizer optimizer) => [.. optimizer.State.Index().Select(tensor =>
        new NamedTensor($"{tensor.Index}", tensor.Item))];
}
