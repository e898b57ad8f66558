using SkiaSharp;
using SSAH.MLNet.Tests.Encoder;
using SSAH.MLNet.Tests.Images;

namespace SSAH.MLNet.Collections.Tests;

/// <summary>A folder of one test with photos and room for collections, gone when the test is over.</summary>
internal sealed class PhotoFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("ssah-collection-").FullName;

    /// <summary>Where a collection may lie: outside the photos.</summary>
    public string File => Path.Combine(_path, "a 'collection' of ümlauts.ssah");

    /// <summary>The photos.</summary>
    public string Photos => Path.Combine(_path, "photos");

    public static HashEncoder Encoder(int bits = 20, int seed = 1) => new(TestHashModels.Create(bits, seed: seed));

    public string At(params string[] parts) => Path.Combine([Photos, .. parts]);

    /// <summary>Writes a photo whose content follows from the seed.</summary>
    public string Draw(string name, int seed)
    {
        string path = At(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var random = new Random(seed);
        SKColor[] colors = [.. Enumerable.Range(0, 16).Select(_ => new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)))];
        System.IO.File.WriteAllBytes(path, DrawnFiles.Draw(SKEncodedImageFormat.Png, 16, 12, (x, y) => colors[x / 4 + y / 3 * 4]));
        return path;
    }

    /// <summary>Writes a file that is no image.</summary>
    public string Break(string name)
    {
        string path = At(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, "no image");
        return path;
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
