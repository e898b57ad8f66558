using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Tests.Images;

namespace SSAH.MLNet.Tests.Encoder;

public sealed class HashEncoderImagesTests : IDisposable
{
    private readonly MLContext _context = new(seed: 3);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ssah-encode-");
    private readonly HashEncoder _encoder = new(TestHashModels.Create(48), options: new HashEncodingOptions { BatchSize = 2, Workers = 2 });
    private readonly string[] _files;

    public HashEncoderImagesTests()
    {
        var random = new Random(4);
        _files = [.. Enumerable.Range(0, 7).Select(i =>
        {
            (int width, int height, int light) = (random.Next(9, 60), random.Next(9, 60), random.Next(0, 200));
            string path = Path.Combine(_folder.FullName, $"{i}.png");
            File.WriteAllBytes(path, DrawnFiles.Draw(SKEncodedImageFormat.Png, width, height,
                (x, y) => new SKColor((byte)(light + x), (byte)(light + y * i % 50), (byte)(255 - light), (byte)(i == 6 ? 100 : 255))));
            return path;
        })];
    }

    public void Dispose()
    {
        _encoder.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Files_streams_and_bytes_have_the_codes_of_the_rows_that_training_reads()
    {
        byte[][] expected = CodeRows.Codes(_encoder.Transform(_context.Data.LoadImageFolder(_folder.FullName, 10, 12)));
        Assert.Equal(expected, CodeRows.Codes(_encoder.Transform(_context.Data.LoadImageFolder(_folder.FullName, _encoder))));
        Assert.Equal(expected.Reverse(), CodeRows.Codes(_encoder.Transform(_context.Data.LoadImageFiles(_files.Reverse(), _encoder))));
        string table = Path.Combine(_folder.FullName, "images.csv"), archive = Path.Combine(_folder.FullName, "images.zip");
        File.WriteAllLines(table, ["path,label", .. _files.Select(file => $"{Path.GetFileName(file)},a")]);
        using (ZipArchive zip = ZipFile.Open(archive, ZipArchiveMode.Create))
            foreach (string file in _files)
                zip.CreateEntryFromFile(file, Path.GetFileName(file));
        Assert.Equal(expected, CodeRows.Codes(_encoder.Transform(_context.Data.LoadImageTable(table, _encoder))));
        Assert.Equal(expected, CodeRows.Codes(_encoder.Transform(_context.Data.LoadImageArchive(archive, _encoder))));
        Assert.InRange(expected.Select(Convert.ToHexString).Distinct().Count(), 3, 7);
        Assert.Equal(expected, Packed(_encoder.EncodeImages(_files)));
        for (int i = 0; i < _files.Length; i++)
        {
            using FileStream stream = File.OpenRead(_files[i]);
            Assert.Equal(expected[i], Assert.Single(Packed(_encoder.EncodeImage(_files[i]))));
            Assert.Equal(expected[i], Assert.Single(Packed(_encoder.EncodeImage(stream))));
            Assert.Equal(expected[i], Assert.Single(Packed(_encoder.EncodeImage(File.ReadAllBytes(_files[i])))));
        }
        Assert.Equal(0, _encoder.EncodeImages([]).Count);
    }

    [Fact]
    public void What_is_no_image_is_named()
    {
        string text = Path.Combine(_folder.FullName, "text.jpg");
        File.WriteAllText(text, "no image");
        Assert.Contains(text, Assert.Throws<DamagedFileException>(() => _encoder.EncodeImage(text)).Message, StringComparison.Ordinal);
        Assert.Contains(text, Assert.Throws<DamagedFileException>(() => _encoder.EncodeImages([.. _files, text, .. _files])).Message, StringComparison.Ordinal);
        Assert.Contains("not an image", Assert.Throws<DamagedFileException>(() => _encoder.EncodeImage("no image"u8.ToArray())).Message,
            StringComparison.Ordinal);
        Assert.Throws<DamagedFileException>(() => _encoder.EncodeImage(Path.Combine(_folder.FullName, "none.jpg")));
        Assert.Contains("MaxPixels", Assert.Throws<DamagedFileException>(
            () => _encoder.EncodeImage(_files[0], new ImageReadingOptions { MaxPixels = 4 })).Message, StringComparison.Ordinal);
        Assert.Throws<OperationCanceledException>(() => _encoder.EncodeImages(_files, cancellationToken: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Image_columns_of_any_size_need_no_step_before_the_encoder()
    {
        IDataView paths = _context.Data.LoadFromEnumerable(_files.Select(path => new Row { Path = path }));
        IDataView images = _context.Transforms.LoadImages("Pixels", "", nameof(Row.Path)).Fit(paths).Transform(paths);
        byte[][] expected = Packed(_encoder.Encode([.. PlanesOf(images).SelectMany(planes => planes.Select(value => (float)value))]));
        Assert.Equal(expected, CodeRows.Codes(_encoder.Transform(images)));
        using HashEncoder rowByRow = _encoder.WithOptions(new HashEncodingOptions { BatchSize = 1 });
        Assert.Equal(expected, CodeRows.Codes(rowByRow.Transform(images)));
        Assert.Contains(HashSchema.Extend(MLNetInternals.ShapeOf(images.Schema), "Pixels", "HashCode"), column => column.Name == "HashCode");
    }

    [Fact]
    public void Images_for_training_need_one_size_and_give_the_bytes_of_the_image_reader()
    {
        IDataView paths = _context.Data.LoadFromEnumerable(_files.Select(path => new Row { Path = path }));
        IDataView images = _context.Transforms.LoadImages("Pixels", "", nameof(Row.Path)).Fit(paths).Transform(paths);
        Assert.Contains("ResizeImages", Assert.Throws<ArgumentOutOfRangeException>(() => PixelColumn.Open(images.Schema, "Pixels")).Message,
            StringComparison.Ordinal);
        IDataView resized = _context.Transforms.ResizeImages("Pixels", imageWidth: 10, imageHeight: 12).Fit(images).Transform(images);
        PixelColumn column = PixelColumn.Open(resized.Schema, "Pixels");
        Assert.Equal((new PixelShape(3, 12, 10), true), (column.Shape, column.IsImage));

        var expected = new byte[360];
        foreach ((string file, byte[] planes) in _files.Zip(PlanesOf(images)))
        {
            Assert.Null(new ImageReader(10, 12, new ImageReadingOptions(), interleaved: false).Read(file, expected));
            // Whether an image is known to be opaque may turn one rounding.
            Assert.All(expected.Zip(planes), pair => Assert.InRange(pair.First - pair.Second, -1, 1));
        }
    }

    [Fact]
    public void Networks_of_one_color_plane_get_the_brightness()
    {
        var shape = new PixelShape(1, 8, 8);
        using var gray = new HashEncoder(TestHashModels.Create(16, shape));
        string path = Path.Combine(_folder.FullName, "solid.png");
        File.WriteAllBytes(path, DrawnFiles.Draw(SKEncodedImageFormat.Png, 20, 20, (_, _) => new SKColor(200, 100, 50)));
        // 0.299 * 200 + 0.587 * 100 + 0.114 * 50 = 124.2
        Assert.Equal(Packed(gray.Encode([.. Enumerable.Repeat(124f, 64)])), Packed(gray.EncodeImage(path)));
        Assert.Contains("EncodeImages", Assert.Throws<ArgumentException>(() => _context.Data.LoadImageFolder(_folder.FullName, gray)).Message,
            StringComparison.Ordinal);
        Assert.NotEqual(gray.EncodeActivations([.. Enumerable.Repeat(124f, 64)]), gray.EncodeActivations([.. Enumerable.Repeat(100f, 64)]));
    }

    [Fact]
    public void The_encoder_of_a_chain_encodes_rows_without_its_label_column()
    {
        var train = _context.Data.LoadImageFolder(_folder.FullName, 10, 12);
        string onnx = Path.Combine(_folder.FullName, "model.onnx"), model = Path.Combine(_folder.FullName, "model.zip");
        _encoder.SaveOnnx(onnx);
        var chain = _context.Transforms.Conversion.MapValueToKey("Label").Append(_context.Transforms.ApplyHashEncoder(onnx)).Fit(train);
        _context.Model.Save(chain, train.Schema, model);
        ITransformer loaded = new MLContext().Model.Load(model, out _);
        IDataView unlabeled = _context.Transforms.DropColumns("Label").Fit(train).Transform(train);
        Assert.ThrowsAny<ArgumentException>(() => loaded.Transform(unlabeled));
        using HashEncoder encoder = loaded.GetHashEncoder();
        Assert.Equal(CodeRows.Codes(_encoder.Transform(train)), CodeRows.Codes(encoder.Transform(unlabeled)));
        Assert.Same(_encoder, ((ITransformer)_encoder).GetHashEncoder());
        Assert.Contains("0 hash encoders", Assert.Throws<ArgumentException>(() => _context.Transforms.CopyColumns("A", "Label")
            .Fit(train).GetHashEncoder()).Message, StringComparison.Ordinal);
    }

    private static byte[][] PlanesOf(IDataView images)
    {
        using DataViewRowCursor cursor = images.GetRowCursor(images.Schema);
        PixelReader reader = PixelColumn.Open(images.Schema, "Pixels", new PixelShape(3, 12, 10)).CreateReader(cursor);
        var all = new List<byte[]>();
        while (cursor.MoveNext())
        {
            all.Add(new byte[360]);
            reader.Read(all[^1]);
        }
        return [.. all];
    }

    private static byte[][] Packed(BinaryCodes codes) => [.. Enumerable.Range(0, codes.Count).Select(row =>
    {
        var packed = new byte[codes.BytesPerCode];
        codes.CopyPacked(row, packed);
        return packed;
    })];

    private sealed class Row
    {
        public string Path { get; set; } = "";
    }
}
