using System.Formats.Tar;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>The images of a tar archive, in the order in which they lie there.</summary>
internal sealed class TarImages(string path, IReadOnlyList<string> names, int maxBytes) : EncodedImages
{
    private readonly TarReader _tar = new(ArchiveListing.OpenTar(path));
    private int _next;

    /// <summary>The files in the archive, in order.</summary>
    /// <exception cref="DamagedFileException">The archive is damaged.</exception>
    public static IEnumerable<string> NamesOf(string path)
    {
        using var tar = new TarReader(ArchiveListing.OpenTar(path));
        while (NextFile(tar, path) is { } entry)
            yield return NameOf(entry);
    }

    /// <inheritdoc/>
    /// <exception cref="DamagedFileException">The archive is damaged.</exception>
    public override EncodedImage Get(int index)
    {
        // Files of other endings lie between the images; images that were passed by are read over.
        while (NextFile(_tar, path) is { } entry)
        {
            if (_next >= names.Count || NameOf(entry) != names[_next] || _next++ != index)
                continue;
            try
            {
                return EntryBytes.Read(names[index], entry.DataStream ?? Stream.Null, maxBytes);
            }
            catch (Exception error) when (IsDamage(error))
            {
                throw ArchiveListing.Damaged(path, error);
            }
        }
        throw new DamagedFileException($"'{path}' no longer holds '{names[index]}'. Load it again.");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _tar.Dispose();
        base.Dispose(disposing);
    }

    private static string NameOf(TarEntry entry) => entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;

    private static TarEntry? NextFile(TarReader tar, string path)
    {
        try
        {
            while (tar.GetNextEntry() is { } entry)
                if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile)
                    return entry;
            return null;
        }
        catch (Exception error) when (IsDamage(error))
        {
            throw ArchiveListing.Damaged(path, error);
        }
    }

    // What .NET's reader throws of headers that make no sense.
    private static bool IsDamage(Exception error) =>
        error is InvalidDataException or EndOfStreamException or FormatException or OverflowException or ArgumentException or NotSupportedException
            or InvalidOperationException;
}
