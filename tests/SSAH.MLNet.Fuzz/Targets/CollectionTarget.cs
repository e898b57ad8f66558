using SkiaSharp;
using SSAH.MLNet.Collections;
using SSAH.MLNet.Tests.Images;

namespace SSAH.MLNet.Fuzz.Targets;

/// <summary>A collection. Its codes and its model have checksums; paths and labels lie in SQLite's pages, which have none.</summary>
internal sealed class CollectionTarget() : FileTarget("collection", ".db")
{
    public override string Read(byte[] bytes)
    {
        foreach (string beside in (string[])["-wal", "-shm"])
            File.Delete(PathOf() + beside);
        using ImageCollection collection = ImageCollection.Open(Written(bytes));
        CollectionImage[] images = [.. collection.Images];
        foreach (CollectionImage image in images.Take(3))
            collection.Search(image.Code.Span, 3, !ImageFilter.WithLabel("x"));
        collection.FindGroups(1);
        string codes = string.Join(' ', images.Select(image => $"{image.Id} {Convert.ToHexString(image.Code.Span)}"));
        string files = string.Join(' ', images.Select(image => $"{image.Path} {image.Width} {image.Size} {image.ContentHash}"));
        return $"{collection.Bits} {ModelOf(collection)} {codes}{Child.Slight}{string.Join(',', collection.Labels)} {files}";
    }

    // Where the model is gone, the collection says that it keeps none: an answer that all know who call it.
    private static string ModelOf(ImageCollection collection)
    {
        try
        {
            return collection.Encoder.ModelId;
        }
        catch (InvalidOperationException error)
        {
            throw new DamagedFileException(error.Message, error);
        }
    }

    protected override byte[][] MakeSamples()
    {
        string folder = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(PathOf())!, "photos")).FullName;
        for (int i = 0; i < 6; i++)
            File.WriteAllBytes(Path.Combine(folder, $"{i}.png"), DrawnFiles.Draw(SKEncodedImageFormat.Png, 12, 10 + i,
                (x, y) => new SKColor((byte)(x * 20 * i), (byte)(y * 20), (byte)(x * y * i))));
        using var encoder = new HashEncoder(EncoderText.Model());
        using (ImageCollection made = ImageCollection.Create(PathOf("sample"), encoder))
        {
            made.Sync(folder);
            made.Relabel(made.Images.Take(3).Select(image => image.Id), "cat", "wet");
        }
        return [File.ReadAllBytes(PathOf("sample"))];
    }
}
