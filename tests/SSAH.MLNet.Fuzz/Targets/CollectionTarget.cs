using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SkiaSharp;
using SSAH.MLNet.Collections;
using SSAH.MLNet.Tests.Images;

namespace SSAH.MLNet.Fuzz.Targets;

/// <summary>A collection. The second sample is of version 1, whose paths and labels have no checksum, so that what reads them is tried too.</summary>
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
        string files = string.Join(' ', images.Select(image => string.Create(CultureInfo.InvariantCulture, $"{image.RelativePath} {image.Width}x{image.Height} "
            + $"{image.Size} {image.Time.Ticks} {image.ContentHash} {string.Join('+', image.Labels)} {collection.Get(image.Path)?.Id}")));
        string labeled = string.Join(' ', collection.Labels.Select(label =>
            $"{label.Key}:{string.Join(',', collection.Page(0, 100, ImageFilter.WithLabel(label.Key)).Select(image => image.Id))}"));
        string folders = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('|', collection.Folders))))[..8];
        return $"{collection.Bits} {ModelOf(collection)} {codes} {files} {labeled} {folders} {collection.Revision} {collection.KeepsActivations}"
            + (collection.KeepsActivations ? $" {string.Join(' ', images.Select(image => Ranked(collection, image)))}" : "");
    }

    private static string Ranked(ImageCollection collection, CollectionImage image) => string.Join(',', collection.SearchReranked(image.Id, 3)
        .Select(match => string.Create(CultureInfo.InvariantCulture, $"{match.Image.Id}:{match.Similarity:F6}")));

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

    protected override byte[] MakeSmallest() => WithSmallPages(Samples[0]);

    protected override byte[][] MakeSamples()
    {
        string folder = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(PathOf())!, "photos")).FullName;
        for (int i = 0; i < 6; i++)
            File.WriteAllBytes(Path.Combine(folder, $"{i}.png"), DrawnFiles.Draw(SKEncodedImageFormat.Png, 12, 10 + i,
                (x, y) => new SKColor((byte)(x * 20 * i), (byte)(y * 20), (byte)(x * y * i))));
        using var encoder = new HashEncoder(EncoderText.Model());
        using (ImageCollection made = ImageCollection.Create(PathOf("sample"), encoder,
            new ImageCollectionOptions { KeepActivations = true }))
        {
            made.Sync(folder);
            made.Remove(made.Images.Last().Id);
            made.Relabel(made.Images.Take(3).Select(image => image.Id), "cat", "wet");
        }
        return [File.ReadAllBytes(PathOf("sample")), Fixture("collection-1.db.gz")];
    }
}
