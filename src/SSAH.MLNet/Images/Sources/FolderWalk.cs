namespace SSAH.MLNet;

/// <summary>
/// Finds the images below a folder. Hidden entries and those of tools are passed over. Links to folders are followed after all real folders, and no
/// real folder is visited twice, so that loops end.
/// </summary>
internal sealed class FolderWalk
{
    private readonly HashSet<string> _visited = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _links = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _passedOver = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _unreadFolders = new(StringComparer.Ordinal);
    private readonly List<SkippedImage> _denied = [];
    private readonly List<string> _files = [];
    private readonly HashSet<string> _endings;
    private readonly BadImagePolicy _policy;

    private FolderWalk(ImageFilesOptions options)
    {
        _endings = new HashSet<string>(options.Extensions, StringComparer.OrdinalIgnoreCase);
        _policy = options.OnBadImage;
    }

    /// <summary>Lists the images below a folder in the order of their paths.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder, or without Skip one below it, may not be opened.</exception>
    /// <exception cref="InvalidDataException">There is no image.</exception>
    public static ImageListing List(string path, ImageFilesOptions options) => List(path, options, allowsNone: false);

    /// <summary>Lists the images below a folder; with <paramref name="allowsNone"/> there need be none.</summary>
    /// <inheritdoc cref="List(string, ImageFilesOptions)" path="/exception"/>
    public static ImageListing List(string path, ImageFilesOptions options, bool allowsNone)
    {
        string root = Path.GetFullPath(path);
        if (!Directory.Exists(root))
        {
            const string others = ": it is a file. LoadImageArchive reads archives, LoadImageTable tables, LoadImageFiles single images";
            throw new DirectoryNotFoundException($"There is no folder '{root}'{(File.Exists(root) ? others : "")}.");
        }
        var walk = new FolderWalk(options);
        walk.Visit(root, RealPathOf(root), isRoot: true);
        while (walk._links.Count > 0)
        {
            (string link, string target) = walk._links.First();
            walk._links.Remove(link);
            walk.Visit(link, target, isRoot: false);
        }
        walk._files.Sort(StringComparer.Ordinal);
        return walk.ToListing(root, options, allowsNone);
    }

    private ImageListing ToListing(string root, ImageFilesOptions options, bool allowsNone)
    {
        if (_files.Count == 0 && !allowsNone)
            throw new InvalidDataException(
                $"There is no image below '{root}' (endings: {string.Join(", ", options.Extensions)}{PassedOver(", but there are ")}).");
        string?[] labels = FolderLabels.Of([.. _files.Select(file => EntryNames.FoldersOf(Path.GetRelativePath(root, file)))], options.ClassLevel,
            out string? warning);
        ImageEntry[] entries = [.. _files.Select((file, i) => new ImageEntry(file, labels[i] is { } label ? [label] : []))];
        _unreadFolders.ExceptWith(_files.Select(file => Path.GetDirectoryName(file)!));
        string unread = _unreadFolders.Count > 0
            ? $"; of these folders nothing is read: {string.Join(", ", _unreadFolders.Take(20).Select(folder => Path.GetRelativePath(root, folder)))}" : "";
        return ImageListing.OfFiles(root, entries) with
        {
            PassedOver = _passedOver,
            Skipped = _denied,
            Warnings =
            [
                .. warning is null ? [] : (string[])[warning],
                .. _passedOver.Count > 0 ? (string[])[$"Below '{root}' files with other endings are passed over: {PassedOver("")}{unread}"] : [],
                .. _denied.Select(folder => $"'{folder.Path}' is left out: {folder.Reason}"),
            ],
        };
    }

    private string PassedOver(string start) =>
        _passedOver.Count > 0 ? start + string.Join(", ",
            _passedOver.Select(each => $"{each.Value} {(each.Key.Length > 0 ? each.Key : "without ending")}")) : "";

    private void Visit(string folder, string realPath, bool isRoot)
    {
        if (!_visited.Add(realPath))
            return;
        FileSystemInfo[] entries;
        try
        {
            entries = new DirectoryInfo(folder).GetFileSystemInfos();
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            string reason = error is DirectoryNotFoundException && folder.Contains('\uFFFD', StringComparison.Ordinal)
                ? "its name is not UTF-8, so that .NET cannot open it: rename the folder" : error.Message.TrimEnd('.');
            if (isRoot || _policy == BadImagePolicy.Throw)
                throw new UnauthorizedAccessException(
                    $"The folder '{folder}' cannot be read: {reason}. Allow it, move it away, or set ImageFilesOptions.OnBadImage to Skip.", error);
            _denied.Add(new SkippedImage(folder, reason));
            return;
        }
        foreach (FileSystemInfo entry in entries)
        {
            if (EntryNames.IsHidden(entry.Name) || (OperatingSystem.IsWindows() && entry.Attributes.HasFlag(FileAttributes.Hidden)))
                continue;
            string path = Path.Combine(folder, entry.Name);
            if (entry is not DirectoryInfo)
                Take(path, folder);
            else if (entry.LinkTarget is not null)
                _links[path] = RealPathOf(path);
            else
                Visit(path, Path.Combine(realPath, entry.Name), isRoot: false);
        }
    }

    private void Take(string path, string folder)
    {
        if (_endings.Contains(Path.GetExtension(path)))
        {
            _files.Add(path);
            return;
        }
        string ending = EntryNames.EndingOf(path);
        _passedOver[ending] = _passedOver.GetValueOrDefault(ending) + 1;
        _unreadFolders.Add(folder);
    }

    // Of every link on the way, not the last one only: /data/a may be reached by a link named /data.
    private static string RealPathOf(string path)
    {
        string? parent = Path.GetDirectoryName(path);
        if (parent is null)
            return path;
        string here = Path.Combine(RealPathOf(parent), Path.GetFileName(path));
        return Directory.ResolveLinkTarget(here, returnFinalTarget: true) is { } target ? RealPathOf(Path.TrimEndingDirectorySeparator(target.FullName)) : here;
    }
}
