using System.IO.Compression;
using System.Text;
using SSAH.MLNet.BenchmarkData;
using SSAH.MLNet.Hashing;
using SkiaSharp;

namespace SSAH.MLNet.Samples.Tests.BenchmarkData;

public sealed class ImageSetsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Folder_and_archive_of_the_same_files_give_the_same_set()
    {
        WriteTwoClasses("train");
        WriteTwoClasses("test");
        var archive = EncodedImages.TarGz(_folder.At("set"), _folder.At("set.tar.gz"), "anything");
        var options = new ImageReadOptions { Side = 4 };

        var folder = ImageSets.Read(_folder.At("set"), options);
        var packed = ImageSets.Read(archive, options);

        Assert.Equal(["apple", "pear"], folder.ClassNames);
        Assert.Equal(6, folder.Count);
        Assert.Equal(3, folder.IndicesOf(ImagePart.Test).Length);
        Assert.Equal("set", packed.Name);
        Assert.Equal(folder.ClassNames, packed.ClassNames);
        for (var i = 0; i < folder.Count; i++)
        {
            Assert.Equal(folder.PixelsOf(i), packed.PixelsOf(i));
            Assert.Equal(folder.LabelsOf(i), packed.LabelsOf(i));
            Assert.Equal(folder.PartOf(i), packed.PartOf(i));
            Assert.Equal(folder.ClassNames[folder.ClassOf(i)] == "apple" ? 255 : 0, folder.PixelsOf(i)[0]);
        }
    }

    [Fact]
    public void Folder_without_parts_has_classes_at_the_top()
    {
        WriteTwoClasses("");
        var images = ImageSets.Read(_folder.At("set"), new ImageReadOptions { Side = 8 });
        Assert.Equal(["apple", "pear"], images.ClassNames);
        Assert.Equal(3, images.IndicesOf(ImagePart.Unspecified).Length);
        Assert.Equal(8, images.Width);
    }

    [Fact]
    public void Corrupt_images_are_skipped_and_named()
    {
        WriteTwoClasses("train");
        _folder.Write("set/train/apple/broken.jpg", [1, 2, 3]);
        var images = ImageSets.Read(_folder.At("set"));
        Assert.Equal(3, images.Count);
        var skipped = Assert.Single(images.Skipped);
        Assert.Equal("train/apple/broken.jpg", skipped.Path);
        Assert.NotEmpty(skipped.Reason);
    }

    [Fact]
    public void Errors_name_the_file_and_the_remedy()
    {
        Directory.CreateDirectory(_folder.At("empty"));
        Assert.Contains("CLASS/FILE.jpg", Message<InvalidDataException>(_folder.At("empty")), StringComparison.Ordinal);
        Assert.Contains("nowhere", Message<FileNotFoundException>(_folder.At("nowhere")), StringComparison.Ordinal);
        Assert.Contains(".tar.gz", Message<InvalidDataException>(_folder.Write("note.docx", [1])), StringComparison.Ordinal);
        Assert.Contains("damaged", Message<DamagedFileException>(_folder.Write("bad.tar.gz", [1, 2, 3])), StringComparison.Ordinal);
        _folder.Write("flat/image.png", EncodedImages.Png(SKColors.Red));
        Assert.Contains("no class folder", Message<InvalidDataException>(_folder.At("flat")), StringComparison.Ordinal);
    }

    [Fact]
    public void Truncated_archive_is_an_error_at_every_length()
    {
        WriteTwoClasses("train");
        var whole = File.ReadAllBytes(EncodedImages.TarGz(_folder.At("set"), _folder.At("set.tar.gz"), "set"));
        for (var length = 0; length < whole.Length - 40; length += 23)
        {
            var cut = _folder.Write("cut.tar.gz", whole[..length]);
            Assert.Throws<DamagedFileException>(() => ImageSets.Read(cut));
        }
    }

    [Fact]
    public void Cifar_binary_planes_become_interleaved_pixels()
    {
        var batch = new byte[2 * 3073];
        batch[0] = 3;
        batch[1 + 5] = 10;
        batch[1 + 1024 + 5] = 20;
        batch[1 + 2048 + 5] = 30;
        batch[3073] = 9;
        _folder.Write("cifar/data_batch_1.bin", batch);
        _folder.Write("cifar/test_batch.bin", batch[..3073]);
        foreach (var path in new[]
            { _folder.At("cifar"), EncodedImages.TarGz(_folder.At("cifar"), _folder.At("c.tar.gz"), "cifar-10-batches-bin") })
        {
            var images = ImageSets.Read(path);
            Assert.Equal(3, images.Count);
            Assert.Equal((3, 9, 3), (images.ClassOf(0), images.ClassOf(1), images.ClassOf(2)));
            Assert.Equal([10, 20, 30], images.PixelsOf(0).Slice(15, 3).ToArray());
            Assert.Equal((ImagePart.Train, ImagePart.Test), (images.PartOf(0), images.PartOf(2)));
            Assert.Equal("cat", images.ClassNames[3]);
        }

        _folder.Write("cifar/data_batch_2.bin", batch[..3000]);
        Assert.Contains("data_batch_2.bin", Message<InvalidDataException>(_folder.At("cifar")), StringComparison.Ordinal);
        _folder.Write("cifar/data_batch_2.bin", [77, .. batch[1..3073]]);
        Assert.Contains("label 77", Message<InvalidDataException>(_folder.At("cifar")), StringComparison.Ordinal);
    }

    [Fact]
    public void Grocery_table_gives_fine_and_coarse_classes()
    {
        _folder.Write("grocery/train/a/one.png", EncodedImages.Png(SKColors.Red));
        _folder.Write("grocery/test/b/two.png", EncodedImages.Png(SKColors.Blue));
        _folder.Write("grocery/classes.tsv", Text("fine_id\tfine\tcoarse_id\tcoarse\n0\tGolden\t0\tApple\n1\tPink\t0\tApple\n"));
        _folder.Write("grocery/labels.tsv", Text(
            "index\tsplit\tfine_id\tcoarse_id\tpath\n0\ttrain\t1\t0\ttrain/a/one.png\n1\ttest\t0\t0\ttest/b/two.png\n"));
        var fine = ImageSets.Read(_folder.At("grocery"));
        var coarse = ImageSets.Read(_folder.At("grocery"), new ImageReadOptions { Detail = ClassDetail.Coarse });
        Assert.Equal(["Golden", "Pink"], fine.ClassNames);
        Assert.Equal(["Apple"], coarse.ClassNames);
        Assert.Equal((1, 255, ImagePart.Train), (fine.ClassOf(0), fine.PixelsOf(0)[0], fine.PartOf(0)));
        Assert.Equal((0, 0, ImagePart.Test), (fine.ClassOf(1), fine.PixelsOf(1)[0], fine.PartOf(1)));

        _folder.Write("grocery/labels.tsv", Text("index\tsplit\tfine_id\tcoarse_id\tpath\n0\ttrain\tx\t0\ttrain/a/one.png\n"));
        Assert.Contains("'x' in column 'fine_id'", Message<InvalidDataException>(_folder.At("grocery")), StringComparison.Ordinal);
    }

    [Fact]
    public void Label_columns_give_several_labels_an_image_or_its_scene()
    {
        _folder.Write("uc/images/a.jpg", EncodedImages.Png(SKColors.Red));
        _folder.Write("uc/images/b.jpg", EncodedImages.Png(SKColors.Blue));
        _folder.Write("uc/labels.tsv", Text(
            "index\tsplit\tfile\tscene_class\tsea\tship\ttrees\n0\ttrain\tb\tharbor\t1\t1\t0\n1\ttest\ta\tforest\t0\t0\t1\n"));
        var images = ImageSets.Read(_folder.At("uc"));
        Assert.True(images.IsMultiLabel);
        Assert.Equal(["sea", "ship", "trees"], images.ClassNames);
        Assert.Equal([0, 1], images.LabelsOf(0).ToArray());
        Assert.Equal(255, images.PixelsOf(0)[2]);
        Assert.Equal([2], images.LabelsOf(1).ToArray());

        var scenes = ImageSets.Read(_folder.At("uc"), new ImageReadOptions { Detail = ClassDetail.Coarse });
        Assert.Equal(["forest", "harbor"], scenes.ClassNames);
        Assert.Equal([1, 0], new[] { scenes.ClassOf(0), scenes.ClassOf(1) });
    }

    [Fact]
    public void Fashion_mnist_is_padded_to_32_pixels()
    {
        WriteIdx("train", [0x80, .. new byte[783]], [9]);
        WriteIdx("t10k", [.. new byte[783], 0x40], [2]);
        var images = ImageSets.Read(_folder.At("fashion"));
        Assert.Equal((2, 32, 32), (images.Count, images.Width, images.Height));
        Assert.Equal(0x80, images.PixelsOf(0)[((2 * 32) + 2) * 3]);
        Assert.Equal(0x80, images.PixelsOf(0).ToArray().Sum(value => value) / 3);
        Assert.Equal(0x40, images.PixelsOf(1)[(((29 * 32) + 29) * 3) + 2]);
        Assert.Equal((9, 2, ImagePart.Test), (images.ClassOf(0), images.ClassOf(1), images.PartOf(1)));

        WriteIdx("t10k", new byte[784], [10]);
        Assert.Contains("t10k-labels", Message<InvalidDataException>(_folder.At("fashion")), StringComparison.Ordinal);
        WriteIdx("t10k", new byte[700], [1]);
        Assert.Contains("t10k-images", Message<InvalidDataException>(_folder.At("fashion")), StringComparison.Ordinal);
    }

    [Fact]
    public void Choice_follows_path_then_variable_then_neighbor()
    {
        var root = _folder.At("checkout");
        Directory.CreateDirectory(root);
        Assert.Equal("given", ImageSets.Choose("given", "variable", root).Path);
        Assert.Equal("variable", ImageSets.Choose(null, "variable", root).Path);
        var (fallback, reason) = ImageSets.Choose(null, null, root);
        Assert.True(fallback is null ? reason.Contains("dataset-fashion-mnist", StringComparison.Ordinal) : Directory.Exists(fallback));

        var shared = _folder.Write("shared/data/cifar10.tar.gz", []);
        Assert.Equal(shared, ImageSets.Choose(null, "", root).Path);
        Assert.Equal(shared, ImageSets.Choose(null, Path.GetDirectoryName(shared), null).Path);
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static string Message<TException>(string path)
        where TException : Exception => Assert.Throws<TException>(() => ImageSets.Read(path)).Message;

    private void WriteTwoClasses(string part)
    {
        var prefix = part.Length > 0 ? $"set/{part}" : "set";
        _folder.Write($"{prefix}/apple/a.png", EncodedImages.Png(SKColors.Red));
        _folder.Write($"{prefix}/apple/b.png", EncodedImages.Png(SKColors.Yellow));
        _folder.Write($"{prefix}/pear/a.png", EncodedImages.Png(SKColors.Lime));
    }

    private void WriteIdx(string part, byte[] gray, byte[] labels)
    {
        _folder.Write($"fashion/{part}-images-idx3-ubyte.gz", Gzip([0, 0, 8, 3, 0, 0, 0, (byte)labels.Length, 0, 0, 0, 28, 0, 0, 0, 28, .. gray]));
        _folder.Write($"fashion/{part}-labels-idx1-ubyte.gz", Gzip([0, 0, 8, 1, 0, 0, 0, (byte)labels.Length, .. labels]));
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return target.ToArray();
    }
}
