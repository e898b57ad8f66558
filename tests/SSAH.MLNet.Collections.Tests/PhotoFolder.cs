using SkiaSharp;
using SSAH.MLNet.Tests.Encoder;
using SSAH.MLNet.Tests.Images;

namespace SSAH.MLNet.Collections.Tests;

/// <summary>A folder of one test with photos and room for collections, gone when the test is over.</summary>
internal sealed class PhotoFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("ssah-collection-").FullName;

    /// <summary>Where a collection may lie: outside the photos.</summary>
    public string File => Beside("a 'collection' of ümlauts.ssah");

    /// <summary>The photos.</summary>
    public string Photos => Beside("photos");

    /// <summary>An encoder with random weights; the same seed gives the same model.</summary>
    public static HashEncoder Encoder(int bits = 60, int seed = 1) => new(TestHashModels.Create(bits, seed: seed));

    public string Beside(string name) => Path.Combine(_path, name);

    public string At(params string[] parts) => Path.Combine([Photos, .. parts]);

    /// <summary>Writes a photo whose content follows from the seed.</summary>
    public string Draw(string name, int seed)
    {
        string path = At(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllBytes(path, Photo(seed));
        return path;
    }

    /// <summary>A photo whose content follows from the seed: blocks of a few colors, so that codes differ much.</summary>
    public static byte[] Photo(int seed)
    {
        var random = new Random(seed);
        SKColor[] colors = [.. Enumerable.Range(0, 3).Select(_ => new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)))];
        int block = 1 + random.Next(5);
        return DrawnFiles.Draw(SKEncodedImageFormat.Png, 16 + seed % 5, 12 + seed % 3, (x, y) => colors[(x / block + y / block * 7 + x * y) % 3]);
    }

    /// <summary>Writes a file that is no image.</summary>
    public string Break(string name)
    {
        string path = At(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, "no image");
        return path;
    }

    /// <summary>Throws where the collection is not what brute force over its files gives.</summary>
    public static void CheckAgainstFiles(ImageCollection collection, HashEncoder encoder, IEnumerable<string> files)
    {
        CollectionImage[] images = [.. collection.Images];
        Assert.Equal(files.Order(StringComparer.Ordinal), images.Select(image => image.Path).Order(StringComparer.Ordinal));
        Assert.Equal(images.Length, collection.Count);
        CheckCodes(collection, encoder);
    }

    /// <summary>Throws where an image does not have the code of its file, or the index not that of the image.</summary>
    public static void CheckCodes(ImageCollection collection, HashEncoder encoder)
    {
        Assert.Equal(encoder.ModelId, collection.ModelId);
        var code = new byte[(encoder.Bits + 7) / 8];
        foreach (CollectionImage image in collection.Images)
        {
            encoder.EncodeImage(image.Path).CopyPacked(0, code);
            Assert.True(code.AsSpan().SequenceEqual(image.Code.Span), image.Path);
            CollectionMatch itself = collection.Search(image.Code.Span, 1, ImageFilter.WithId(image.Id)).Single();
            Assert.Equal((image.Id, 0), (itself.Image.Id, itself.Distance));
        }
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
