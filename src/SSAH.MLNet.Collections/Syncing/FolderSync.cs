using System.Diagnostics;
using SSAH.MLNet.Collections.Storage;

namespace SSAH.MLNet.Collections.Syncing;

/// <summary>Compares a folder with what the collection has of it.</summary>
internal sealed class FolderSync
{
    private readonly Session _session;
    private readonly SyncOptions _options;
    private readonly string _folder;
    private readonly RootPart _part;
    private readonly ImageListing _listing;
    private readonly Dictionary<string, KnownFile> _known = new(StringComparer.Ordinal);

    private FolderSync(Session session, string folder, ImageListing listing, SyncOptions options)
    {
        (_session, _folder, _listing, _options) = (session, folder, listing, options);
        _part = RootPart.Claim(session, folder);
        lock (session.Gate)
        {
            session.ForEach($"SELECT id, path, size, time, problem, hash IS NOT NULL FROM image WHERE {RootPart.Condition}", reader =>
            {
                string? problem = reader.IsNull(4) ? null : reader.GetString(4);
                if (!_known.TryAdd(reader.GetString(1), new KnownFile(reader.GetInt64(0), reader.GetString(1),
                    new FileStamp(reader.GetInt64(2), reader.GetInt64(3)), problem, reader.GetInt64(5) != 0)))
                    throw ImageRows.Missing(session.Path, reader.GetInt64(0));
            }, _part.Values);
        }
    }

    /// <summary>Files that are passed over because of their ending.</summary>
    public IReadOnlyDictionary<string, int> PassedOver => _listing.PassedOver;

    /// <summary>Lists a folder.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    /// <exception cref="InvalidDataException">There is no image in it, and <see cref="SyncOptions.AllowEmptyFolder"/> is not set.</exception>
    public static FolderSync Of(Session session, string folder, SyncOptions options)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        ImageListing listing = FolderWalk.List(full,
            new ImageFilesOptions { Extensions = options.Extensions, ClassLevel = options.ClassLevel, OnBadImage = BadImagePolicy.Skip },
            options.AllowEmptyFolder);
        return new FolderSync(session, full, listing, options);
    }

    /// <summary>The files that have to be read, in the order of their paths. The others are counted.</summary>
    public List<FileToEncode> Changes(SyncTally tally, IProgress<CollectionProgress>? progress, CancellationToken cancellationToken)
    {
        const int reportEvery = 10_000;
        foreach (SkippedImage folder in _listing.Skipped)
            tally.Skip(folder.Path, folder.Reason);
        var changes = new List<FileToEncode>();
        long start = Stopwatch.GetTimestamp();
        int seen = 0;
        foreach (ImageEntry entry in _listing.Entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string path = _part.Root.RelativePathOf(entry.Path)!;
            _known.Remove(path, out KnownFile? known);
            FileStamp stamp = FileStamp.Of(entry.Path);
            if (known is null || MustRead(known, stamp))
                changes.Add(ToEncode(entry, path, stamp, known));
            else if (known.Problem is { } problem)
                tally.Skip(entry.Path, problem);
            else
                tally.Unchanged++;
            if (++seen % reportEvery == 0)
                progress?.Report(new CollectionProgress(CollectionStage.Listing, seen, _listing.Entries.Count, tally.Skipped, Stopwatch.GetElapsedTime(start)));
        }
        return changes;
    }

    /// <summary>
    /// The images whose files were not listed, after <see cref="Changes"/>. What lies below a folder that may not be opened is not known to be gone.
    /// </summary>
    public MovedImages Gone()
    {
        Root[] denied = [.. _listing.Skipped.Select(folder => new Root(-1, folder.Path))];
        var gone = new List<GoneImage>();
        lock (_session.Gate)
        {
            foreach (KnownFile file in _known.Values.OrderBy(file => file.Path, StringComparer.Ordinal))
                if (!denied.Any(folder => folder.RelativePathOf(_part.Root.FullPathOf(file.Path)) is not null))
                    gone.Add(new GoneImage(file.Id, HashOf(file.Id), file.Problem));
        }
        return new MovedImages(gone);
    }

    private bool MustRead(KnownFile known, FileStamp stamp) =>
        _options.CompareContent || stamp != known.Stamp || (known.Problem is not null && (_options.RetrySkipped || !known.HasHash));

    private FileToEncode ToEncode(ImageEntry entry, string path, FileStamp stamp, KnownFile? known) => new(entry.Path, _part.Root.Key, path, stamp)
    {
        Id = known?.Id,
        KnownProblem = known?.Problem,
        KnownHash = known is null || (known.Problem is not null && _options.RetrySkipped) ? null : HashOfLocked(known.Id),
        Labels = _options.LabelByFolder ? entry.Labels : [],
    };

    private byte[]? HashOfLocked(long id)
    {
        lock (_session.Gate)
            return HashOf(id);
    }

    private byte[]? HashOf(long id) => (byte[]?)_session.Value("SELECT hash FROM image WHERE id = $1", id);

    private sealed record KnownFile(long Id, string Path, FileStamp Stamp, string? Problem, bool HasHash);
}
