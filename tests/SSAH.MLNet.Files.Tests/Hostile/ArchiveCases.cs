using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using SkiaSharp;

namespace SSAH.MLNet.Files.Tests.Hostile;

/// <summary>Archives of images that lead elsewhere or unpack without end.</summary>
internal static class ArchiveCases
{
    private static readonly Lazy<byte[]> s_photo = new(() => Photos.Of(SKEncodedImageFormat.Png));

    public static IEnumerable<HostileCase> All =>
    [
        .. new[] { "../../etc/a.png", "/etc/a.png", "C:\\a.png", "a/../../b.png", "..\\..\\a.png", "con.png", "a\u202Egnp.png" }.SelectMany(name => new[]
        {
            new HostileCase("archive-zip", $"name {name}", () => Zip((name, s_photo.Value)), IsHarmless: true),
            new HostileCase("archive-tar", $"name {name}",
                () => Tar(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(s_photo.Value) }),
                IsHarmless: true),
        }),
        new("archive-zip", "one name twice", () => Zip(("a.png", s_photo.Value), ("a.png", [1])), IsHarmless: true),
        new("archive-zip", "image that unpacks to 100 MB", () => Zip(("a.png", new byte[100_000_000])), IsHarmless: true),
        new("archive-zip", "archive in the archive", () => Zip(("a.zip", Zip(("a.png", s_photo.Value))))),
        new("archive-zip", "only hidden files", () => Zip((".a.png", s_photo.Value), ("__MACOSX/b.png", s_photo.Value))),
        new("archive-zip", "no entries", () => Zip()), new("archive-zip", "nothing", () => []), new("archive-tar", "nothing", () => []),
        new("archive-tgz", "nothing", () => []),
        new("archive-tar", "a kilobyte of zeros", () => new byte[1024]), new("archive-tgz", "no gzip", () => new byte[1024]),
        new("archive-tar", "link to /etc/passwd", () => Tar(new PaxTarEntry(TarEntryType.SymbolicLink, "a.png") { LinkName = "/etc/passwd" })),
        new("archive-tar", "hard link out of the folder", () => Tar(new PaxTarEntry(TarEntryType.HardLink, "a.png") { LinkName = "../../a" })),
        new("archive-tar", "named pipe", () => Tar(new PaxTarEntry(TarEntryType.Fifo, "a.png"))),
        new("archive-tar", "folder named as an image", () => Tar(new PaxTarEntry(TarEntryType.Directory, "a.png"))),
        .. new[] { "77777777777", "00000000-01", "99999999999",
            "xxxxxxxxxxx" }.Select(size => new HostileCase("archive-tar", $"file of {size} bytes, it says", () =>
        {
            byte[] bytes = Tar(new UstarTarEntry(TarEntryType.RegularFile, "a.png") { DataStream = new MemoryStream(s_photo.Value) });
            Encoding.ASCII.GetBytes(size).CopyTo(bytes, 124);
            // The header's checksum is the sum of its bytes, its own being spaces.
            bytes.AsSpan(148, 8).Fill((byte)' ');
            int sum = bytes.Take(512).Sum(each => each);
            Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(bytes, 148);
            return bytes;
        })),
        new("archive-tgz", "a tar of a thousand times the size", () =>
        {
            byte[] tar = Tar(new PaxTarEntry(TarEntryType.RegularFile, "a.png") { DataStream = new MemoryStream(new byte[100_000_000]) });
            using var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
                gzip.Write(tar);
            return packed.ToArray();
        }, IsHarmless: true),
    ];

    private static byte[] Zip(params (string Name, byte[] Bytes)[] files)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
            foreach ((string name, byte[] content) in files)
                using (Stream stream = zip.CreateEntry(name).Open())
                    stream.Write(content);
        return bytes.ToArray();
    }

    private static byte[] Tar(TarEntry entry)
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, leaveOpen: true))
            tar.WriteEntry(entry);
        return bytes.ToArray();
    }
}
