using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using SSAH.MLNet.Hashing;
using SkiaSharp;
using SSAH.MLNet.Tests.Images;

namespace SSAH.MLNet.Fuzz.Targets;

/// <summary>Drawn images in the formats that are read.</summary>
internal static class Photos
{
    public static byte[] Of(SKEncodedImageFormat format) =>
        DrawnFiles.Draw(format, 20, 14, (x, y) => new SKColor((byte)(x * 12), (byte)(y * 18), (byte)(x * y), 255), quality: 90);
}

/// <summary>Encoded images. Most formats have no checksum.</summary>
internal sealed class ImageTarget() : FileTarget("image", ".png")
{
    private readonly ImageReader _reader = new(16, 16, new ImageReadingOptions { MaxPixels = 4_000_000 });

    public override bool IsChecked => false;

    public override string Read(byte[] bytes)
    {
        byte[] rgb = new byte[_reader.Size];
        return _reader.Read(bytes, rgb) is { } reason ? throw new DamagedFileException(reason) : Convert.ToHexString(SHA256.HashData(rgb));
    }

    protected override byte[][] MakeSamples() =>
    [
        Photos.Of(SKEncodedImageFormat.Png), Photos.Of(SKEncodedImageFormat.Jpeg), Photos.Of(SKEncodedImageFormat.Webp),
        DrawnFiles.Gif(4, 3, [SKColors.Red, SKColors.Green, SKColors.Blue], (0, 0, [[0, 1, 2, 0], [1, 2, 0, 1], [2, 0, 1, 2]])),
        DrawnFiles.Bmp(6, 5, (x, y) => new SKColor((byte)(40 * x), (byte)(50 * y), 9)),
    ];
}

/// <summary>Archives of images.</summary>
internal sealed class ArchiveTarget(string name, string ending) : FileTarget(name, ending)
{
    private readonly ImageReader _reader = new(16, 16, new ImageReadingOptions { MaxPixels = 4_000_000 });

    // Of a tar archive only the headers have a checksum.
    public override bool IsChecked => false;

    public override string Read(byte[] bytes)
    {
        ImageListing listing = ArchiveListing.List(Written(bytes), new ImageFilesOptions { MaxBytes = 1 << 20 });
        using EncodedImages images = listing.Open();
        byte[] rgb = new byte[_reader.Size];
        return string.Join('\n', listing.Entries.Select((entry, i) => $"{entry.Path} {string.Join(',', entry.Labels)} "
            + $"{images.Get(i).Decode(_reader, rgb) ?? Convert.ToHexString(SHA256.HashData(rgb))}"));
    }

    protected override byte[][] MakeSamples()
    {
        (string Name, byte[] Bytes)[] files = [("a/1.png", Photos.Of(SKEncodedImageFormat.Png)), ("b/2.jpg", Photos.Of(SKEncodedImageFormat.Jpeg))];
        using var archive = new MemoryStream();
        if (Ending == ".zip")
        {
            using var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true);
            foreach ((string name, byte[] bytes) in files)
                using (Stream entry = zip.CreateEntry(name).Open())
                    entry.Write(bytes);
        }
        else
        {
            using Stream packed = Ending == ".tgz" ? new GZipStream(archive, CompressionLevel.Optimal, leaveOpen: true) : new BufferedStream(archive);
            using var tar = new TarWriter(packed, TarEntryFormat.Pax, leaveOpen: true);
            foreach ((string name, byte[] bytes) in files)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name)
                {
                    DataStream = new MemoryStream(bytes), ModificationTime = DateTimeOffset.UnixEpoch,
                });
        }
        return [archive.ToArray()];
    }
}

/// <summary>Tables of paths and labels: text without a checksum.</summary>
internal sealed class TableTarget() : FileTarget("table", ".csv")
{
    public override bool IsChecked => false;

    public override string Read(byte[] bytes) => string.Join('\n', LabelTable.List(Written(bytes), new ImageTableOptions { LabelSeparator = '|' })
        .Entries.Select(entry => $"{entry.Path} {string.Join('|', entry.Labels)}"));

    protected override byte[][] MakeSamples() =>
    [
        [.. "path,label\na/1.png,cat\n\"b, c/2.jpg\",\"dog|wet\"\nc.png,\n"u8],
        [.. "file\tsea\tsky\r\n1.png\t0\t1\r\n2.png\t1\t1\r\n"u8],
    ];
}
