using SSAH.MLNet.Training.Checkpoints;
using SSAH.MLNet.Training.Method;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Loop;

/// <summary>The teacher's weights of the best validation so far.</summary>
internal sealed class BestEncoder(HashNetwork teacher) : IDisposable
{
    private Tensor[]? _weights;

    /// <summary>What its validation said; null before the first one.</summary>
    public ValidationFigures? Figures { get; private set; }

    /// <summary>What the last validation said.</summary>
    public ValidationFigures? Last { get; private set; }

    /// <summary>Validations since without a better figure.</summary>
    public int ValidationsWithoutGain { get; private set; }

    /// <summary>Takes in a validation, and the teacher's weights where it is the best.</summary>
    public void Add(ValidationFigures figures)
    {
        Last = figures;
        if (Figures is { } best && figures.Criterion <= best.Criterion)
        {
            ValidationsWithoutGain++;
            return;
        }
        Figures = figures;
        ValidationsWithoutGain = 0;
        Keep();
    }

    /// <summary>Gives the teacher its best weights back, where there are any.</summary>
    public void Restore()
    {
        using var _ = no_grad();
        foreach (var (kept, current) in (_weights ?? []).Zip(MovingAverage.Tensors(teacher)))
            current.copy_(kept);
    }

    /// <summary>The best weights, by their names in the network; none before the first validation.</summary>
    public IReadOnlyList<NamedTensor> Tensors() => _weights is null ? [] : [.. teacher.NamedTensors().Zip(_weights, (named, kept) =>
        named with { Value = kept })];

    /// <summary>Goes on where a checkpoint was written.</summary>
    public void Restore(StoredCheckpoint checkpoint)
    {
        var run = checkpoint.Manifest.Run;
        (Figures, Last, ValidationsWithoutGain) = (run.Best, run.Last, run.ValidationsWithoutGain);
        Forget();
        if (Figures is null)
            return;
        Keep();
        checkpoint.Restore(CheckpointFiles.Best, Tensors());
    }

    /// <inheritdoc/>
    public void Dispose() => Forget();

    private void Keep()
    {
        using var _ = no_grad();
        if (_weights is null)
        {
            _weights = [.. MovingAverage.Tensors(teacher).Select(t => t.detach().clone().DetachFromDisposeScope())];
            return;
        }
        foreach (var (kept, current) in _weights.Zip(MovingAverage.Tensors(teacher)))
            kept.copy_(current);
    }

    private void Forget()
    {
        foreach (var tensor in _weights ?? [])
            tensor.Dispose();
        _weights = null;
    }
}
