using SSAH.MLNet.Training.Loop;

namespace SSAH.MLNet.Training.Checkpoints;

/// <summary>Everything that a training goes on from, as it lies in memory.</summary>
/// <param name="Identity">What was trained on what.</param>
/// <param name="Training">Where the training was.</param>
/// <param name="Run">Where its reports and validations were.</param>
/// <param name="Tensors">The tensors of each file, by its name without ending.</param>
internal sealed record Checkpoint(
    TrainingIdentity Identity, TrainingState Training, RunState Run, IReadOnlyDictionary<string, IReadOnlyList<NamedTensor>> Tensors);

/// <summary>A checkpoint as it was read.</summary>
/// <param name="Path">Its folder.</param>
/// <param name="Manifest">What its manifest says.</param>
/// <param name="Tensors">The tensors of each file, by its name without ending, then by theirs.</param>
internal sealed record StoredCheckpoint(
    string Path, CheckpointManifest Manifest, IReadOnlyDictionary<string, IReadOnlyDictionary<string, StoredTensor>> Tensors)
{
    /// <summary>Gives tensors the values that were stored under their names.</summary>
    /// <exception cref="InvalidOperationException">One is missing or has another shape.</exception>
    public void Restore(string file, IEnumerable<NamedTensor> tensors)
    {
        foreach (var (name, tensor) in tensors)
        {
            if (!Tensors.TryGetValue(file, out var stored) || !stored.TryGetValue(name, out var values) || !values.Fits(tensor))
                throw new InvalidOperationException($"The checkpoint '{Path}' has no tensor '{name}' of shape [{string.Join(", ", tensor.shape)}] "
                    + $"in {file}: it is of another network.");
            values.CopyTo(tensor);
        }
    }
}
