using System.Formats.Tar;
using System.IO.Compression;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>Lists the images in a .zip, .tar, .tar.gz or .tgz archive.</summary>
internal static class ArchiveListing
{
    /// <summary>Whether a file's name says that it is an archive that can be read.</summary>
    public static bool IsArchive(string path) => IsZip(path) || IsTar(path) || IsPackedTar(path);

    /// <summary>Lists the images of an archive: of a .zip in the order of their paths, of the others in the order in which they lie there.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DamagedFileException">It is no archive, is damaged, or holds no image.</exception>
    public static ImageListing List(string path, ImageFilesOptions options)
    {
        string archive = Path.GetFullPath(path);
        if (!IsArchive(archive))
            throw new DamagedFileException($"'{archive}' is no archive of a known kind: .zip, .tar, .tar.gz or .tgz.");
        var endings = new HashSet<string>(options.Extensions, StringComparer.OrdinalIgnoreCase);
        var passedOver = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var names = new List<string>();
        int entriesRead = 0;
        foreach (string name in IsZip(archive) ? ZipImages.NamesOf(archive) : TarImages.NamesOf(archive))
        {
            if (++entriesRead > options.Limits.MaxRows)
                throw new DamagedFileException($"'{archive}' has more than the {options.Limits.MaxRows} entries that the limits allow.");
            if (name.Split('/').Any(part => EntryNames.IsHidden(part)))
                continue;
            if (endings.Contains(Path.GetExtension(name)))
                names.Add(name);
            else
                passedOver[EntryNames.EndingOf(name)] = passedOver.GetValueOrDefault(EntryNames.EndingOf(name)) + 1;
        }
        if (names.Count == 0)
            throw new DamagedFileException($"There is no image in '{archive}' (endings: {string.Join(", ", options.Extensions)}).");
        if (IsZip(archive))
            names.Sort(StringComparer.Ordinal);
        string?[] labels = FolderLabels.Of([.. names.Select(EntryNames.FoldersOf)], options.ClassLevel, out string? warning);
        ImageEntry[] entries = [.. names.Select((name, i) => new ImageEntry(name, labels[i] is { } label ? [label] : []))];
        return new ImageListing(archive, entries,
            () => IsZip(archive) ? new ZipImages(archive, names, options.MaxBytes) : new TarImages(archive, names, options.MaxBytes))
        {
            IsSequential = !IsZip(archive),
            PassedOver = passedOver,
            Warnings =
            [
                .. warning is null ? [] : (string[])[warning],
                .. passedOver.Count > 0 ? (string[])[$"In '{archive}' files with other endings are passed over: "
                    + $"{string.Join(", ", passedOver.Select(each => $"{each.Value} {each.Key}"))}"] : [],
            ],
        };
    }

    /// <summary>The error for an archive that cannot be read on.</summary>
    public static DamagedFileException Damaged(string archive, Exception cause) =>
        new($"'{archive}' is damaged or no archive of the kind that its name says ({cause.Message.TrimEnd('.')}). Fetch it again, or unpack it and "
            + "give the folder.", cause);

    /// <summary>Opens a tar archive, unpacking it where its name says that it is packed.</summary>
    public static Stream OpenTar(string archive)
    {
        FileStream file = File.OpenRead(archive);
        return IsPackedTar(archive) ? new BufferedStream(new GZipStream(file, CompressionMode.Decompress), 1 << 16) : file;
    }

    private static bool IsZip(string path) => path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);

    private static bool IsTar(string path) => path.EndsWith(".tar", StringComparison.OrdinalIgnoreCase);

    private static bool IsPackedTar(string path) =>
        path.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase);
}
