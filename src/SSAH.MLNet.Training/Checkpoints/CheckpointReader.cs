using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Training.Checkpoints;

/// <summary>Finds the checkpoint that a training begins with.</summary>
internal static class CheckpointReader
{
    /// <summary>Reads a checkpoint, or the last whole one of a folder of checkpoints.</summary>
    /// <param name="path">Either folder.</param>
    /// <param name="option">The option that names it, for errors.</param>
    /// <param name="warn">Told of each checkpoint that is damaged and passed over.</param>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    /// <exception cref="DamagedFileException">The checkpoint is damaged.</exception>
    public static StoredCheckpoint Open(string path, string option, Action<string> warn)
    {
        var found = CheckpointFolder.List(path);
        if (found.Count == 0 && Directory.Exists(path) && CheckpointFolder.IsCheckpoint(path))
            return CheckpointFolder.Read(path);
        DamagedFileException? first = null;
        foreach (var (_, checkpoint) in found)
        {
            try
            {
                return CheckpointFolder.Read(checkpoint);
            }
            catch (DamagedFileException error)
            {
                first ??= error;
                warn($"The checkpoint '{checkpoint}' is passed over: {error.Message}");
            }
        }
        throw new InvalidOperationException($"{option} is '{path}', which holds no checkpoint that can be read. Name a folder that "
            + $"Checkpoint.Folder named, or leave {option} out to begin anew.", first);
    }

    /// <summary>Ends with all options that contradict a checkpoint.</summary>
    /// <exception cref="InvalidOperationException">There are any.</exception>
    public static void RequireSame(Loop.TrainingIdentity now, StoredCheckpoint checkpoint)
    {
        string[] contradictions = [.. now.ContradictionsTo(checkpoint.Manifest.Identity)];
        if (contradictions.Length > 0)
            throw new InvalidOperationException(
                $"The checkpoint '{checkpoint.Path}' is of another training:{string.Concat(contradictions.Select(each => "\n- " + each))}\nSet what "
                    + $"it was written with, or begin anew with WarmStart, which takes its weights only.");
    }
}
