using System.IO.Compression;
using System.IO.Hashing;

namespace SSAH.MLNet;

/// <summary>The images of a .zip archive, in any order.</summary>
internal sealed class ZipImages : EncodedImages
{
    private readonly string _path;
    private readonly IReadOnlyList<string> _names;
    private readonly int _maxBytes;
    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);

    public ZipImages(string path, IReadOnlyList<string> names, int maxBytes)
    {
        (_path, _names, _maxBytes) = (path, names, maxBytes);
        _archive = OpenArchive(path);
        foreach (ZipArchiveEntry entry in _archive.Entries)
            _entries.TryAdd(NameOf(entry), entry);
    }

    /// <summary>The files in the archive, each name once.</summary>
    public static IEnumerable<string> NamesOf(string path)
    {
        using ZipArchive archive = OpenArchive(path);
        return [.. archive.Entries.Select(NameOf).Where(name => !name.EndsWith('/')).Distinct(StringComparer.Ordinal)];
    }

    public override EncodedImage Get(int index)
    {
        try
        {
            ZipArchiveEntry entry = _entries[_names[index]];
            using Stream stream = entry.Open();
            EncodedImage image = EntryBytes.Read(_names[index], stream, _maxBytes);
            // .NET reads an entry without comparing its checksum.
            return image.Bytes is null || Crc32.HashToUInt32(image.Bytes) == entry.Crc32
                ? image : new EncodedImage(_names[index], null, $"it is damaged in '{_path}': its checksum does not hold");
        }
        catch (Exception error) when (error is IOException or InvalidDataException or NotSupportedException or ArgumentException or OverflowException)
        {
            return new EncodedImage(_names[index], null, $"it cannot be unpacked from '{_path}': {error.Message.TrimEnd('.')}");
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _archive.Dispose();
        base.Dispose(disposing);
    }

    // Programs on Windows have written backslashes.
    private static string NameOf(ZipArchiveEntry entry) => entry.FullName.Replace('\\', '/');

    private static ZipArchive OpenArchive(string path)
    {
        ZipArchive? archive = null;
        try
        {
            archive = ZipFile.OpenRead(path);
            // Its list is read only when it is asked for.
            _ = archive.Entries;
            return archive;
        }
        catch (InvalidDataException error)
        {
            archive?.Dispose();
            throw ArchiveListing.Damaged(path, error);
        }
    }
}
