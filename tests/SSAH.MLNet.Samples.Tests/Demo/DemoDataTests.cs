using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;
using SSAH.MLNet.Samples.Demo;

namespace SSAH.MLNet.Samples.Tests.Demo;

public sealed class DemoDataTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Fashion_MNIST_becomes_image_files_in_folders_of_classes()
    {
        byte[] pixels = new byte[3 * 28 * 28];
        new Random(1).NextBytes(pixels);
        WriteGzip("train-images-idx3-ubyte.gz", 0x803, [3, 28, 28], pixels);
        WriteGzip("train-labels-idx1-ubyte.gz", 0x801, [3], [9, 0, 9]);
        Assert.True(FashionMnist.IsAt(_folder.Path));
        FashionMnist.Unpack(_folder.Path, _folder.At("images"), 3);

        string[] files = [.. Directory.GetFiles(_folder.At("images"), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(_folder.At("images"), path).Replace('\\', '/')).Order(StringComparer.Ordinal)];
        Assert.Equal(["ankle boot/00000.png", "ankle boot/00002.png", "t-shirt/00001.png"], files);
        using SKBitmap second = SKBitmap.Decode(_folder.At("images", "t-shirt", "00001.png"));
        for (int i = 0; i < 28 * 28; i++)
            Assert.Equal(pixels[28 * 28 + i], second.GetPixel(i % 28, i / 28).Red);
    }

    [Fact]
    public void Damaged_Fashion_MNIST_is_an_error_that_says_what_to_do()
    {
        WriteGzip("train-images-idx3-ubyte.gz", 0x803, [3, 28, 28], new byte[100]);
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => FashionMnist.Unpack(_folder.Path, _folder.At("images"), 3));
        Assert.Contains("Install dataset-fashion-mnist again", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tables_deal_every_image_out_once_and_show_the_trainer_a_tenth_of_the_labels()
    {
        DrawnFolder.Write(_folder.At("a, \"b\""), perClass: 30, labeledShare: 0.7);
        var ml = new MLContext(1);
        Tables.Write(ml.Data.LoadImageFolder(_folder.At("a, \"b\""), 8, 8), _folder.Path, seed: 1);
        (string Path, string Label)[] queries = Read(ml, "queries.csv"), database = Read(ml, "database.csv"), train = Read(ml, "train.csv");

        Assert.Equal(Directory.GetFiles(_folder.At("a, \"b\""), "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal),
            queries.Concat(database).Select(row => row.Path).Order(StringComparer.Ordinal));
        Assert.Equal(database.Select(row => row.Path), train.Select(row => row.Path));
        Assert.All(queries.Concat(database), row =>
            Assert.Equal(DrawnFolder.Classes.FirstOrDefault(name => Path.GetFileName(Path.GetDirectoryName(row.Path)) == name) ?? "", row.Label));
        Assert.Equal(Enumerable.Repeat(2, 10), queries.CountBy(row => row.Label).Select(pair => pair.Value));
        Assert.Equal(Enumerable.Repeat(2, 10), train.Where(row => row.Label.Length > 0).CountBy(row => row.Label).Select(pair => pair.Value));
    }

    private (string Path, string Label)[] Read(MLContext ml, string table)
    {
        ImageFiles view = ml.Data.LoadImageTable(_folder.At(table), 8, 8);
        return [.. view.GetColumn<string>("ImagePath").Zip(view.GetColumn<string>("Label"))];
    }

    private void WriteGzip(string name, int magic, int[] sizes, byte[] data)
    {
        using var stream = new GZipStream(File.Create(_folder.At(name)), CompressionLevel.Fastest);
        byte[] number = new byte[4];
        foreach (int value in sizes.Prepend(magic))
        {
            BinaryPrimitives.WriteInt32BigEndian(number, value);
            stream.Write(number);
        }
        stream.Write(data);
    }
}
