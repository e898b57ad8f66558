using System.Formats.Tar;
using System.IO.Compression;
using SkiaSharp;

namespace SSAH.MLNet.Samples.Tests.BenchmarkData;

/// <summary>Small images and archives made for a test.</summary>
internal static class EncodedImages
{
    public static byte[] Png(int width, int height, Func<int, int, SKColor> colorAt)
    {
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                bitmap.SetPixel(x, y, colorAt(x, y));
        }

        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    public static byte[] Png(SKColor color, int side = 4) => Png(side, side, (_, _) => color);

    /// <summary>Packs every file below a folder, with paths that start with <paramref name="top"/>.</summary>
    public static string TarGz(string folder, string archive, string top)
    {
        using var file = File.Create(archive);
        using var gzip = new GZipStream(file, CompressionLevel.Fastest);
        using var tar = new TarWriter(gzip);
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            tar.WriteEntry(path, $"{top}/{Path.GetRelativePath(folder, path).Replace('\\', '/')}");
        return archive;
    }
}
