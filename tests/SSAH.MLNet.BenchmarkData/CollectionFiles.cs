using System.Collections.Concurrent;
using System.Formats.Tar;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.BenchmarkData;

/// <summary>One file of a folder or an archive: its path with forward slashes, relative to the top, and its bytes.</summary>
internal readonly record struct RawFile(string Path, byte[] Bytes);

/// <summary>One decoded image.</summary>
internal readonly record struct DecodedImage(string Path, byte[] Rgb);

/// <summary>
/// The files of a folder or of a .tar.gz archive, read in one pass: images are decoded on all cores while the archive streams by, small
/// tables (.tsv, .txt) are kept as they are.
/// </summary>
internal sealed class CollectionFiles
{
    private const int MaxFileBytes = 256 << 20;

    private static readonly HashSet<string> s_endings = new(new ImageFilesOptions().Extensions, StringComparer.OrdinalIgnoreCase);

    private CollectionFiles(IReadOnlyList<DecodedImage> images, IReadOnlyDictionary<string, byte[]> tables, IReadOnlyList<SkippedImage> skipped) =>
        (Images, Tables, Skipped) = (images, tables, skipped);

    /// <summary>The images, ordered by path: the order does not depend on the container.</summary>
    public IReadOnlyList<DecodedImage> Images { get; }

    /// <summary>The other files that a reader may want, by path.</summary>
    public IReadOnlyDictionary<string, byte[]> Tables { get; }

    public IReadOnlyList<SkippedImage> Skipped { get; }

    public static bool IsArchive(string path) =>
        path.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase)
        || path.EndsWith(".tar", StringComparison.OrdinalIgnoreCase);

    /// <summary>True when the file's name says that it is an image.</summary>
    public static bool IsImageName(string path) => s_endings.Contains(Path.GetExtension(path));

    /// <summary>Every file of a folder or an archive, in the container's order.</summary>
    public static IEnumerable<RawFile> Enumerate(string path) => Directory.Exists(path) ? FilesOf(path) : EntriesOf(path);

    public static CollectionFiles Read(string path, int width, int height)
    {
        var reader = new ImageReader(width, height, new ImageReadingOptions { MaxBytes = MaxFileBytes });
        var images = new ConcurrentBag<DecodedImage>();
        var skipped = new ConcurrentBag<SkippedImage>();
        var tables = new ConcurrentDictionary<string, byte[]>(StringComparer.Ordinal);
        try
        {
            // NoBuffering: no more compressed files wait in memory than there are threads.
            var files = Partitioner.Create(Enumerate(path), EnumerablePartitionerOptions.NoBuffering);
            Parallel.ForEach(files, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, Take);
        }
        catch (AggregateException e)
            when (e.Flatten().InnerExceptions.FirstOrDefault(inner => inner is InvalidDataException or DamagedFileException) is { } damaged)
        {
            throw damaged is DamagedFileException ? new DamagedFileException(damaged.Message, e) : new InvalidDataException(damaged.Message, e);
        }

        return new CollectionFiles(
            [.. images.OrderBy(image => image.Path, StringComparer.Ordinal)],
            tables,
            [.. skipped.OrderBy(image => image.Path, StringComparer.Ordinal)]);

        void Take(RawFile file)
        {
            if (!IsImageName(file.Path))
            {
                if (IsTable(file.Path))
                    tables[file.Path] = file.Bytes;
                return;
            }

            var rgb = new byte[reader.Size];
            if (reader.Read(file.Bytes, rgb) is { } reason)
                skipped.Add(new SkippedImage(file.Path, reason));
            else
                images.Add(new DecodedImage(file.Path, rgb));
        }
    }

    private static bool IsTable(string path) => Path.GetExtension(path) is ".tsv" or ".txt";

    private static IEnumerable<RawFile> FilesOf(string folder)
    {
        // Hidden files and folders (.git, .DS_Store) are no part of a collection.
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System };
        foreach (var file in Directory.EnumerateFiles(folder, "*", options))
        {
            if (new FileInfo(file).Length > MaxFileBytes)
                continue;
            yield return new RawFile(Path.GetRelativePath(folder, file).Replace('\\', '/'), File.ReadAllBytes(file));
        }
    }

    private static IEnumerable<RawFile> EntriesOf(string archive)
    {
        using var tar = new TarReader(ArchiveListing.OpenTar(archive));
        while (NextEntry(tar, archive) is { } entry)
        {
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || entry.DataStream is null
                || entry.Length > MaxFileBytes)
                continue;
            var bytes = new byte[entry.Length];
            ReadEntry(entry.DataStream, bytes, archive);
            yield return new RawFile(entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name, bytes);
        }
    }

    private static TarEntry? NextEntry(TarReader tar, string archive)
    {
        try
        {
            return tar.GetNextEntry();
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw ArchiveListing.Damaged(archive, e);
        }
    }

    private static void ReadEntry(Stream stream, byte[] bytes, string archive)
    {
        try
        {
            stream.ReadExactly(bytes);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw ArchiveListing.Damaged(archive, e);
        }
    }
}
