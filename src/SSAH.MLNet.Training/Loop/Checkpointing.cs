using System.Globalization;
using SSAH.MLNet.Training.Checkpoints;

namespace SSAH.MLNet.Training.Loop;

/// <summary>What a training writes while it runs, and how it goes on from it.</summary>
/// <param name="training">The training.</param>
/// <param name="best">Its best encoder.</param>
/// <param name="history">Its reports.</param>
/// <param name="identity">What it trains on what; asked for where a checkpoint is written, as all pixels are read for it.</param>
/// <param name="writer">Writes its checkpoints; null where none are wanted.</param>
internal sealed class Checkpointing(SsahTraining training, BestEncoder best, MetricsHistory history, Lazy<TrainingIdentity> identity, CheckpointWriter? writer)
{
    private const int MostReturns = 3;
    private readonly List<string> _returns = [];
    private int _written = -1;

    /// <summary>What the summary should warn of.</summary>
    public IEnumerable<string> Warnings => _returns.Concat(writer?.Failures.Distinct() ?? []);

    /// <summary>Writes a checkpoint where one is due.</summary>
    public void AfterStep()
    {
        if (writer is not null && writer.IsDue(training.Step))
            Write();
    }

    /// <summary>Writes a checkpoint now, where checkpoints are wanted and this step has none yet.</summary>
    public void Write()
    {
        if (writer is null || _written == training.Step)
            return;
        if (writer.TryWrite(Capture()))
            _written = training.Step;
    }

    /// <summary>Everything that the training would go on from.</summary>
    public Checkpoint Capture() => new(
        identity.Value, training.State, new RunState(best.Figures, best.ValidationsWithoutGain, best.Last, history.State),
        new Dictionary<string, IReadOnlyList<NamedTensor>>(training.Tensors(), StringComparer.Ordinal) { [CheckpointFiles.Best] = best.Tensors() });

    /// <summary>Goes on from a checkpoint.</summary>
    public void Restore(StoredCheckpoint checkpoint)
    {
        training.Restore(checkpoint);
        best.Restore(checkpoint);
        history.State = checkpoint.Manifest.Run.History;
        _written = training.Step;
    }

    /// <summary>After a loss that was not finite, goes back to the last checkpoint and on with half the learning rates; false where that has been
    /// done often enough.</summary>
    public bool TryReturn(TrainingDivergedException error)
    {
        if (writer is null || _returns.Count == MostReturns)
            return false;
        double scale = training.RateScale / 2;
        Restore(writer.ReadLast());
        training.RateScale = scale;
        _returns.Add(string.Create(CultureInfo.InvariantCulture, $"The {error.Term} loss was not finite at step {error.Step}: the training went "
            + $"back to step {training.Step} and on with {scale} of the learning rates. Lower Optimization.LearningRate."));
        return true;
    }
}
