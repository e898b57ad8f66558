using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using SkiaSharp;

namespace SSAH.MLNet.Samples.Demo;

/// <summary>
/// Fashion-MNIST (Xiao, Rasul, Vollgraf 2017, MIT), 70,000 small images of clothes, as Debian's package <c>dataset-fashion-mnist</c> installs it: two
/// gzipped blocks of gray pixels and two of labels.
/// </summary>
internal static class FashionMnist
{
    public const string InstalledAt = "/usr/share/datasets/fashion-mnist";
    private const int Side = 28;

    private static readonly string[] s_classes = ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];

    public static bool IsAt(string folder) => File.Exists(Path.Combine(folder, "train-images-idx3-ubyte.gz"));

    /// <summary>Writes the first images of the collection as <c>FOLDER/CLASS/00001.png</c>.</summary>
    /// <param name="source">Where the package lies.</param>
    /// <param name="folder">Where the files go.</param>
    /// <param name="count">Images to write.</param>
    public static void Unpack(string source, string folder, int count)
    {
        var pixels = Read(Path.Combine(source, "train-images-idx3-ubyte.gz"), headerBytes: 16, itemBytes: Side * Side, count);
        var labels = Read(Path.Combine(source, "train-labels-idx1-ubyte.gz"), headerBytes: 8, itemBytes: 1, count);
        foreach (var name in s_classes)
            Directory.CreateDirectory(Path.Combine(folder, name));
        using var bitmap = new SKBitmap(Side, Side, SKColorType.Gray8, SKAlphaType.Opaque);
        for (var i = 0; i < count; i++)
        {
            for (var y = 0; y < Side; y++)
                Marshal.Copy(pixels, ((i * Side) + y) * Side, bitmap.GetPixels() + (y * bitmap.RowBytes), Side);
            using var file = File.Create(Path.Combine(folder, s_classes[labels[i]], $"{i:00000}.png"));
            bitmap.Encode(file, SKEncodedImageFormat.Png, 100);
        }
    }

    // Such a file begins with 0, 0, 8 and the number of dimensions, then has the size of each.
    private static byte[] Read(string file, int headerBytes, int itemBytes, int count)
    {
        try
        {
            using var stream = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
            var header = new byte[headerBytes];
            stream.ReadExactly(header);
            if (BinaryPrimitives.ReadInt32BigEndian(header) != 0x800 + (headerBytes / 4) - 1 || BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4)) < count)
                throw new InvalidDataException("its header is another");
            var data = new byte[count * itemBytes];
            stream.ReadExactly(data);
            return data;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException($"{file} cannot be read ({e.Message}). Install dataset-fashion-mnist again.", e);
        }
    }
}
