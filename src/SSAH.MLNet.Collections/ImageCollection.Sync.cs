using System.Diagnostics;
using SSAH.MLNet.Collections.Storage;
using SSAH.MLNet.Collections.Syncing;

namespace SSAH.MLNet.Collections;

public sealed partial class ImageCollection
{
    private const int RemovedAtOnce = 5000;

    /// <summary>
    /// Brings the collection into step with a folder and all folders in it: adds images that are new, encodes again those whose content changed,
    /// follows those that were moved, and drops those that are gone. A file of the same size and time is not read; one of the same content is not
    /// encoded. Files that are not whole images are left out, said, and not tried again until they change.
    /// </summary>
    /// <param name="folder">The folder. One that lies in a synced folder is part of it; one that contains synced folders takes them over.</param>
    /// <param name="options">Endings, labels, care; null takes the defaults.</param>
    /// <param name="progress">Is told after each batch, on the calling thread.</param>
    /// <param name="cancellationToken">Ends it early; what is encoded by then is kept, and the next call goes on from there.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">There is no image in it (<see cref="SyncOptions.AllowEmptyFolder"/>).</exception>
    /// <exception cref="InvalidOperationException">The encoder is neither given nor kept, or another process switched the model meanwhile; what was
    /// committed before is kept.</exception>
    /// <exception cref="TimeoutException">Another process was writing for longer than <see cref="ImageCollectionOptions.WaitForWriter"/>; what was
    /// committed before is kept.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public SyncResult Sync(string folder, SyncOptions? options = null, IProgress<CollectionProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        HashEncoder encoder = Encoder;
        var tally = new SyncTally();
        progress?.Report(new CollectionProgress(CollectionStage.Listing, 0, 0, 0, TimeSpan.Zero));
        FolderSync sync = FolderSync.Of(_writer, folder, options ?? new SyncOptions());
        List<FileToEncode> changes = sync.Changes(tally, progress, cancellationToken);
        MovedImages gone = sync.Gone();
        Intake(encoder, gone, tally, progress).Run(changes, cancellationToken);
        Drop(gone.Left, tally, progress, cancellationToken);
        FreePages.GiveBack(_writer);
        return tally.ToResult(sync.PassedOver);
    }

    /// <summary>Adds image files, or encodes them again where their content changed. Files in a synced folder belong to it.</summary>
    /// <param name="paths">The files; endings do not matter.</param>
    /// <param name="progress">Is told after each batch, on the calling thread.</param>
    /// <param name="cancellationToken">Ends it early; what is encoded by then is kept.</param>
    /// <returns>What was done; files that cannot be read are in <see cref="SyncResult.Skipped"/>.</returns>
    /// <exception cref="InvalidOperationException">The encoder is neither given nor kept, or another process switched the model meanwhile; what was
    /// committed before is kept.</exception>
    /// <exception cref="TimeoutException">Another process was writing for longer than <see cref="ImageCollectionOptions.WaitForWriter"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public SyncResult Add(IEnumerable<string> paths, IProgress<CollectionProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        HashEncoder encoder = Encoder;
        var tally = new SyncTally();
        string[] files = [.. paths.Select(System.IO.Path.GetFullPath).Distinct(StringComparer.Ordinal)];
        List<FileToEncode> changes = Read(() =>
        {
            List<Root> roots = Root.All(_reader);
            return files.Select(file => ToAdd(roots, file)).ToList();
        });
        Intake(encoder, new MovedImages([]), tally, progress).Run(changes, cancellationToken);
        return tally.ToResult();
    }

    /// <summary>Adds image files, or encodes them again where their content changed.</summary>
    /// <param name="paths">The files; endings do not matter.</param>
    /// <returns>What was done; files that cannot be read are in <see cref="SyncResult.Skipped"/>.</returns>
    /// <exception cref="InvalidOperationException">The encoder is neither given nor kept.</exception>
    public SyncResult Add(params string[] paths) => Add(paths.AsEnumerable());

    /// <summary>
    /// Encodes all images by another model, beside the codes that are there, and switches to the new codes at once when all are made. Until then
    /// searches use the old ones; ended early, it goes on from there the next time. Images whose files cannot be read are set aside, with their
    /// labels, until a <see cref="Sync"/> can read them.
    /// </summary>
    /// <param name="encoder">The encoder of the new model; the collection keeps it where it kept the old one.</param>
    /// <param name="progress">Is told after each batch, on the calling thread.</param>
    /// <param name="cancellationToken">Ends it early; nothing is switched, and what is encoded by then is kept.</param>
    /// <returns>What was done: <see cref="SyncResult.Changed"/> are the images that were encoded now, <see cref="SyncResult.Removed"/> those that
    /// could not be.</returns>
    /// <exception cref="IOException">Not one of the files can be read: nothing was switched.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public SyncResult SwitchModel(HashEncoder encoder, IProgress<CollectionProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        encoder.RequireImages();
        var tally = new SyncTally();
        if (ModelId != encoder.ModelId)
        {
            new ModelSwitch(_writer, encoder, _options.Reading, KeepsActivations, tally, progress).Run(cancellationToken);
            _switched = encoder;
            FreePages.GiveBack(_writer);
        }
        return tally.ToResult();
    }

    private FileIntake Intake(HashEncoder encoder, MovedImages moved, SyncTally tally, IProgress<CollectionProgress>? progress) =>
        new(_writer, encoder, _options.Reading, KeepsActivations, moved, tally, progress);

    private FileToEncode ToAdd(List<Root> roots, string file)
    {
        Root root = Root.Of(roots, file);
        string path = root.RelativePathOf(file)!;
        var known = _reader.Query("SELECT id, hash, problem FROM image WHERE root = $1 AND path = $2",
            row => (Id: row.GetInt64(0), Hash: row.IsNull(1) ? null : row.GetBytes(1),
                Problem: row.IsNull(2) ? null : row.GetString(2)), root.Key, path);
        // Who adds a file that was skipped before wants it to be tried.
        return new FileToEncode(file, root.Key, path, FileStamp.Of(file)) is var added && known.Count == 0
            ? added
            : added with { Id = known[0].Id, KnownProblem = known[0].Problem, KnownHash = known[0].Problem is null ? known[0].Hash : null };
    }

    private void Drop(IReadOnlyCollection<long> ids, SyncTally tally, IProgress<CollectionProgress>? progress, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        int done = 0;
        foreach (long[] some in ids.Chunk(RemovedAtOnce))
        {
            cancellationToken.ThrowIfCancellationRequested();
            tally.Removed += Write(revision => revision.Remove(some));
            done += some.Length;
            progress?.Report(new CollectionProgress(CollectionStage.Finishing, done, ids.Count, tally.Skipped, Stopwatch.GetElapsedTime(start)));
        }
    }
}
