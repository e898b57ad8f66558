using System.Diagnostics;
using SSAH.MLNet.Collections.Storage;

namespace SSAH.MLNet.Collections.Syncing;

/// <summary>Reads files, encodes those whose content is new, and commits them in batches: what ends it early costs a second of work.</summary>
/// <param name="session">Writes.</param>
/// <param name="encoder">The encoder of the collection's model.</param>
/// <param name="reading">Limits and background.</param>
/// <param name="keepsActivations">Whether activations are stored.</param>
/// <param name="moved">Images whose files are gone from where they were.</param>
/// <param name="tally">Counts.</param>
/// <param name="progress">Is told after each batch.</param>
internal sealed class FileIntake(
    Session session, HashEncoder encoder, ImageReadingOptions reading, bool keepsActivations, MovedImages moved, SyncTally tally,
    IProgress<CollectionProgress>? progress)
{
    private static readonly TimeSpan s_commitEvery = TimeSpan.FromSeconds(1);
    private const int CommitAbove = 128;

    /// <summary>Takes files in, in their order.</summary>
    /// <exception cref="OperationCanceledException">The token was canceled; what was encoded by then is committed.</exception>
    public void Run(IReadOnlyList<FileToEncode> files, CancellationToken cancellationToken)
    {
        List<FileToEncode> again = Run(files, moved.Has, cancellationToken);
        // Another program removed what seemed to be at hand.
        if (again.Count > 0)
            Run([.. again.Select(file => file with { KnownHash = null })], _ => false, cancellationToken);
    }

    private List<FileToEncode> Run(IReadOnlyList<FileToEncode> files, Func<byte[], bool> isKnown, CancellationToken cancellationToken)
    {
        var again = new List<FileToEncode>();
        var pending = new List<EncodedFile>();
        long start = Stopwatch.GetTimestamp(), committed = start;
        int done = 0;
        foreach (EncodedFile[] batch in new FileEncoding(encoder, reading, keepsActivations, isKnown).Run(files, cancellationToken))
        {
            pending.AddRange(batch);
            if (pending.Count >= CommitAbove || Stopwatch.GetElapsedTime(committed) >= s_commitEvery)
            {
                Commit(pending, again);
                committed = Stopwatch.GetTimestamp();
            }
            done += batch.Length;
            progress?.Report(new CollectionProgress(CollectionStage.Encoding, done, files.Count,
                tally.Skipped + pending.Count(file => file.Problem is not null), Stopwatch.GetElapsedTime(start)));
        }
        Commit(pending, again);
        cancellationToken.ThrowIfCancellationRequested();
        return again;
    }

    private void Commit(List<EncodedFile> pending, List<FileToEncode> again)
    {
        if (pending.Count == 0)
            return;
        Revision.Write(session, revision =>
        {
            revision.RequireModel(encoder.ModelId);
            foreach (EncodedFile file in pending)
                if (!Put(revision, file))
                    again.Add(file.File);
            return 0;
        });
        pending.Clear();
    }

    private bool Put(Revision revision, EncodedFile encoded)
    {
        FileToEncode file = encoded.File;
        if (!encoded.IsKnown)
        {
            // What cannot even be read is tried each time, so that there is nothing to remember of a new file.
            if (encoded.Hash is not null || file.Id is not null)
                revision.Store(encoded);
            Count(file, encoded.Problem);
            return true;
        }
        if (file.KnownHash is { } known && known.AsSpan().SequenceEqual(encoded.Hash))
            return Touch(revision, file);
        return moved.Claim(encoded.Hash!) is { } image ? Move(revision, image, file) : Copy(revision, encoded);
    }

    private bool Touch(Revision revision, FileToEncode file)
    {
        if (!revision.Touch(file.Id!.Value, file.Stamp))
            return false;
        if (file.KnownProblem is { } problem)
            tally.Skip(file.FullPath, problem);
        else
            tally.Unchanged++;
        return true;
    }

    private bool Move(Revision revision, GoneImage image, FileToEncode file)
    {
        if (!revision.Move(image.Id, file))
            return false;
        if (file is { Id: not null, KnownProblem: null })
            tally.Removed++;
        if (image.Problem is { } problem)
            tally.Skip(file.FullPath, problem);
        else
            tally.Moved++;
        return true;
    }

    private bool Copy(Revision revision, EncodedFile encoded)
    {
        GoneImage source = moved.Source(encoded.Hash!);
        if (source.Problem is { } problem)
            revision.Store(new EncodedFile(encoded.File, encoded.Hash) { Problem = problem });
        else if (!revision.Copy(source.Id, encoded))
            return false;
        Count(encoded.File, source.Problem);
        return true;
    }

    private void Count(FileToEncode file, string? problem)
    {
        bool wasThere = file is { Id: not null, KnownProblem: null };
        if (problem is not null)
        {
            tally.Skip(file.FullPath, problem);
            tally.Removed += wasThere ? 1 : 0;
        }
        else if (wasThere)
            tally.Changed++;
        else
            tally.Added++;
    }
}
