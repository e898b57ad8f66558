using System.Diagnostics;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Training.Checkpoints;

/// <summary>Writes the checkpoints of one training as they fall due, and deletes those that are no longer kept.</summary>
internal sealed class CheckpointWriter : IDisposable
{
    private const string LockFile = "in-use";
    private readonly SsahTrainer.CheckpointOptions _options;
    private readonly FileStream _lock;
    private readonly Action<string> _warn;
    private readonly List<string> _failures = [];
    private long _lastTime = Stopwatch.GetTimestamp();
    private int _lastStep;

    private CheckpointWriter(SsahTrainer.CheckpointOptions options, FileStream @lock, int step, Action<string> warn) =>
        (_options, _lock, _lastStep, _warn) = (options, @lock, step, warn);

    /// <summary>What could not be written, one sentence each time.</summary>
    public IReadOnlyList<string> Failures => _failures;

    private string Folder => _options.Folder!;

    /// <summary>Opens the folder; null where no checkpoint is wanted.</summary>
    /// <param name="options">The options.</param>
    /// <param name="resumed">What the training goes on from, if anything.</param>
    /// <param name="warn">Told of what cannot be written.</param>
    /// <exception cref="InvalidOperationException">The folder cannot be written, is in use, or holds checkpoints of another training.</exception>
    public static CheckpointWriter? Open(SsahTrainer.CheckpointOptions options, StoredCheckpoint? resumed, Action<string> warn)
    {
        if (options.Folder is not { } folder)
            return null;
        try
        {
            Directory.CreateDirectory(folder);
            var @lock = new FileStream(Path.Combine(folder, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            try
            {
                RequireOwn(folder, resumed);
                CheckpointFolder.DeleteUnfinished(folder);
                return new CheckpointWriter(options, @lock, resumed?.Manifest.Training.Step ?? 0, warn);
            }
            catch
            {
                @lock.Dispose();
                throw;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"Checkpoint.Folder '{folder}' cannot be used: {error.Message} Choose a folder that can be written "
                + $"and that no other training uses.", error);
        }
    }

    /// <summary>Whether a checkpoint is due after a step.</summary>
    public bool IsDue(int step) =>
        (_options.EverySteps is { } steps && step - _lastStep >= steps) || Stopwatch.GetElapsedTime(_lastTime).TotalMinutes >= _options.EveryMinutes;

    /// <summary>Writes a checkpoint. Where that fails it is noted, and the training goes on with those that are there.</summary>
    /// <returns>Whether it was written.</returns>
    public bool TryWrite(Checkpoint checkpoint)
    {
        try
        {
            CheckpointFolder.Write(Folder, checkpoint);
            DeleteOld();
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            string failure = $"The checkpoint of step {checkpoint.Training.Step} could not be written to '{Folder}': {error.Message} Those before it are kept.";
            _failures.Add(failure);
            _warn(failure);
            return false;
        }
        finally
        {
            (_lastTime, _lastStep) = (Stopwatch.GetTimestamp(), checkpoint.Training.Step);
        }
    }

    /// <summary>The last checkpoint that can be read.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public StoredCheckpoint ReadLast() => CheckpointReader.Open(Folder, "Checkpoint.Folder", _warn);

    /// <inheritdoc/>
    public void Dispose()
    {
        _lock.Dispose();
        try
        {
            File.Delete(Path.Combine(Folder, LockFile));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // An empty file stays behind.
        }
    }

    // Of another training the oldest would be deleted, or this one's taken for theirs.
    private static void RequireOwn(string folder, StoredCheckpoint? resumed)
    {
        var there = CheckpointFolder.List(folder);
        if (there.Count == 0)
            return;
        string full = Path.GetFullPath(folder);
        if (resumed is null || Path.GetDirectoryName(Path.GetFullPath(resumed.Path)) != Path.TrimEndingDirectorySeparator(full))
            throw new InvalidOperationException($"Checkpoint.Folder '{folder}' holds checkpoints already. Set ResumeFrom to it to go on from the "
                + $"last one, or choose another folder.");
        foreach (var (step, path) in there.Where(each => each.Step > resumed.Manifest.Training.Step))
        {
            if (CheckpointFolder.IsWhole(path))
                throw new InvalidOperationException($"ResumeFrom is step {resumed.Manifest.Training.Step} of Checkpoint.Folder '{folder}', which "
                    + $"has step {step} too. Choose another folder for what follows, or delete the later checkpoints.");
            CheckpointFolder.Delete(path);
        }
    }

    private void DeleteOld()
    {
        var all = CheckpointFolder.List(Folder);
        string? best = all.Select(each => (each.Path, Criterion: CheckpointFolder.ValidationOf(each.Path))).Where(each =>
            each.Criterion is not null).OrderByDescending(each => each.Criterion).FirstOrDefault().Path;
        foreach (var (_, path) in all.Skip(_options.Keep).Where(each => each.Path != best))
            CheckpointFolder.Delete(path);
    }
}
