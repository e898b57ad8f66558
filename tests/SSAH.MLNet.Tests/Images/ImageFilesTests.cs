using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Hashing;
using SkiaSharp;
using SSAH.MLNet.Tests.Encoder;

namespace SSAH.MLNet.Tests.Images;

public sealed class ImageFilesTests : IDisposable
{
    private readonly MLContext _context = new(seed: 3);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ssah-images-");
    private readonly Random _random = new(5);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Files_of_the_wanted_size_keep_the_pixels_of_the_stock_steps()
    {
        Draw("a/1.png", 12, 10);
        Draw("a/2.jpg", 12, 10);
        var stock = _context.Transforms.LoadImages("Image", _folder.FullName, "Name")
            .Append(_context.Transforms.ResizeImages("Image", 12, 10))
            .Append(_context.Transforms.ExtractPixels("Pixels", "Image", interleavePixelColors: true, outputAsFloatArray: false));
        IDataView names = _context.Data.LoadFromEnumerable(new[] { new FileRow { Name = "a/1.png" }, new FileRow { Name = "a/2.jpg" } });
        byte[][] expected = CodeRows.Read<byte>(stock.Fit(names).Transform(names), "Pixels");

        ImageFiles interleaved = _context.Data.LoadImageFolder(_folder.FullName, 12, 10);
        Assert.Equal(expected, CodeRows.Read<byte>(interleaved, "Pixels"));
        ImageFiles planar = _context.Data.LoadImageFolder(_folder.FullName, 12, 10, new ImageFilesOptions { Interleaved = false });
        Assert.Equal(PlanesOf(interleaved), PlanesOf(planar));
    }

    [Fact]
    public void Rows_are_in_the_order_of_their_paths_with_the_folders_name_as_label()
    {
        foreach (string name in new[] { "zebra/2.png", "ant/deep/1.JPG", "top.png", "zebra/10.png" })
            Draw(name, 8, 8);
        File.WriteAllText(Path.Combine(_folder.FullName, "notes.txt"), "no image");
        ImageFiles rows = _context.Data.LoadImageFolder(_folder.FullName, 8, 8);
        Assert.Equal(4, rows.GetRowCount());
        Assert.Equal(["deep", "", "zebra", "zebra"], rows.GetColumn<string>("Label"));
        Assert.Equal(["1.JPG", "top.png", "10.png", "2.png"], rows.GetColumn<string>("ImagePath").Select(path => Path.GetFileName(path)));
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Byte, 8, 8, 3), rows.Schema["Pixels"].Type);
    }

    [Fact]
    public void Damaged_files_name_row_and_file()
    {
        Draw("a/1.png", 40, 40);
        Damage("a/2.png", bytes => bytes[..(bytes.Length / 2)]);
        ImageFiles rows = _context.Data.LoadImageFolder(_folder.FullName, 8, 8);
        Assert.Equal(2, rows.GetColumn<string>("Label").Count());
        string message = Assert.Throws<DamagedFileException>(() => CodeRows.Read<byte>(rows, "Pixels")).Message;
        Assert.Contains("Row 1, '", message, StringComparison.Ordinal);
        Assert.Contains("2.png", message, StringComparison.Ordinal);
        Assert.Contains("ends within the image", message, StringComparison.Ordinal);
        Assert.Contains("Skip", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Skipped_files_are_reported_and_the_other_rows_stay()
    {
        MakeGoodAndBad(out string[] bad);
        var warnings = new List<string>();
        _context.Log += (_, entry) => warnings.Add(entry.Message);
        ImageFiles rows = _context.Data.LoadImageFolder(_folder.FullName, 10, 12, new ImageFilesOptions { OnBadImage = BadImagePolicy.Skip });
        Assert.Null(rows.GetRowCount());
        Assert.Equal(60, rows.GetColumn<string>("ImagePath").Count());
        Assert.Equal(60, CodeRows.Read<byte>(rows, "Pixels").Length);
        Assert.Equal(bad, rows.Skipped.Select(skipped => Path.GetRelativePath(_folder.FullName, skipped.Path)));
        Assert.All(bad, name => Assert.Single(warnings, warning => warning.Contains(name, StringComparison.Ordinal)));
        Assert.Contains("67000 x 67000", rows.Skipped.Single(skipped => skipped.Path.EndsWith("huge.png", StringComparison.Ordinal)).Reason,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void What_a_pass_over_labels_decodes_is_not_decoded_again(int cursors)
    {
        MakeGoodAndBad(out string[] bad);
        ImageFiles Load() => _context.Data.LoadImageFolder(_folder.FullName, 10, 12, new ImageFilesOptions { OnBadImage = BadImagePolicy.Skip });
        byte[][] expected = CodeRows.Read<byte>(Load(), "Pixels");
        ImageFiles rows = Load();
        Assert.Equal(60, rows.GetRowCursorSet([rows.Schema["Label"]], cursors).Sum(Count));
        Assert.Equal(bad.Length, rows.Skipped.Count);
        foreach (FileInfo file in _folder.EnumerateFiles("*", SearchOption.AllDirectories))
            file.Delete();
        Assert.Equal(expected, CodeRows.Read<byte>(rows, "Pixels"));
        // They were kept for one pass: the next one reads the files, which are gone.
        Assert.Empty(CodeRows.Read<byte>(rows, "Pixels"));
    }

    [Fact]
    public void Pixels_are_kept_up_to_the_limit_and_handed_out_once()
    {
        var kept = new KeptPixels(maxBytes: 100);
        Assert.True(kept.TryKeep(1, new byte[60]));
        Assert.False(kept.TryKeep(2, new byte[41]));
        Assert.False(kept.TryKeep(1, new byte[10]));
        Assert.True(kept.TryKeep(3, new byte[40]));
        Assert.Null(kept.Take(2));
        Assert.Equal(60, kept.Take(1)!.Length);
        Assert.Null(kept.Take(1));
        Assert.True(kept.TryKeep(4, new byte[60]));
    }

    [Fact]
    public void The_encoder_sees_the_same_rows_in_every_way_of_reading()
    {
        MakeGoodAndBad(out _);
        using var encoder = new HashEncoder(TestHashModels.Create(24), options: new HashEncodingOptions { BatchSize = 4, Workers = 2 });
        ImageFiles folder = _context.Data.LoadImageFolder(_folder.FullName, 10, 12, new ImageFilesOptions { OnBadImage = BadImagePolicy.Skip });
        IDataView rows = encoder.Transform(folder);
        SortedDictionary<string, string> expected = Read([rows.GetRowCursor(rows.Schema)]);
        Assert.Equal(60, expected.Count);
        Assert.Equal(expected, Read([rows.GetRowCursor(rows.Schema, new Random(2))]));
        Assert.Equal(expected, Read(rows.GetRowCursorSet(rows.Schema, 4)));
        using HashEncoder byRow = encoder.WithOptions(new HashEncodingOptions { BatchSize = 1 });
        IDataView rowByRow = byRow.Transform(folder);
        DataViewRowCursor[] set = rowByRow.GetRowCursorSet(rowByRow.Schema, 3, new Random(4));
        Assert.Equal(3, set.Length);
        Assert.Equal(expected, Read(set));
        Assert.Equal(expected.Values, CodeRows.Codes(_context.Data.Cache(rowByRow)).Select(Convert.ToHexString));
    }

    // CWE-789: a small file claims a size that would take 18 GB.
    [Fact]
    public void Claimed_sizes_are_checked_before_decoding()
    {
        File.WriteAllBytes(Path.Combine(_folder.FullName, "huge.png"), DrawnFiles.PngClaiming(67_000, 67_000));
        ImageFiles rows = _context.Data.LoadImageFolder(_folder.FullName, 8, 8);
        long before = Environment.WorkingSet;
        Assert.Contains("over the limit", Assert.Throws<DamagedFileException>(() => CodeRows.Read<byte>(rows, "Pixels")).Message,
            StringComparison.Ordinal);
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 500_000_000);
        Draw("huge.png", 100, 100);
        rows = _context.Data.LoadImageFolder(_folder.FullName, 8, 8, new ImageFilesOptions { MaxPixels = 9_999 });
        Assert.Throws<DamagedFileException>(() => CodeRows.Read<byte>(rows, "Pixels"));
        rows = _context.Data.LoadImageFolder(_folder.FullName, 8, 8, new ImageFilesOptions { MaxPixels = 10_000 });
        Assert.Single(CodeRows.Read<byte>(rows, "Pixels"));
    }

    [Fact]
    public void Random_bytes_never_get_through()
    {
        Draw("seed.png", 20, 20);
        Draw("seed.jpg", 20, 20);
        byte[][] seeds = [File.ReadAllBytes(Path.Combine(_folder.FullName, "seed.png")),
            File.ReadAllBytes(Path.Combine(_folder.FullName, "seed.jpg"))];
        for (int i = 0; i < 100; i++)
        {
            byte[] bytes = [.. seeds[i % 2]];
            for (int change = 0; change < 4; change++)
                bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
            File.WriteAllBytes(Path.Combine(_folder.FullName, $"{i}.png"), bytes);
        }
        ImageFiles rows = _context.Data.LoadImageFolder(_folder.FullName, 8, 8, new ImageFilesOptions { OnBadImage = BadImagePolicy.Skip });
        int read = CodeRows.Read<byte>(rows, "Pixels").Length;
        Assert.Equal(102, read + rows.Skipped.Count);
        Assert.NotEmpty(rows.Skipped);
    }

    [Fact]
    public void Folders_without_images_and_files_that_vanish_are_errors()
    {
        Assert.Throws<DirectoryNotFoundException>(() => _context.Data.LoadImageFolder(Path.Combine(_folder.FullName, "none"), 8, 8));
        Assert.Contains("no image", Assert.Throws<InvalidDataException>(() => _context.Data.LoadImageFolder(_folder.FullName, 8, 8)).Message,
            StringComparison.Ordinal);
        Draw("a.png", 8, 8);
        ImageFiles rows = _context.Data.LoadImageFolder(_folder.FullName, 8, 8);
        File.Delete(Path.Combine(_folder.FullName, "a.png"));
        Assert.Contains("a.png", Assert.Throws<DamagedFileException>(() => CodeRows.Read<byte>(rows, "Pixels")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => _context.Data.LoadImageFolder(_folder.FullName, 0, 8));
    }

    private static byte[] PlanesOf(ImageFiles rows)
    {
        PixelColumn column = PixelColumn.Open(rows.Schema, "Pixels");
        using DataViewRowCursor cursor = rows.GetRowCursor([rows.Schema["Pixels"]]);
        PixelReader reader = column.CreateReader(cursor);
        var all = new List<byte>();
        var planes = new byte[column.Shape.Size];
        while (cursor.MoveNext())
        {
            reader.Read(planes);
            all.AddRange(planes);
        }
        return [.. all];
    }

    private static SortedDictionary<string, string> Read(DataViewRowCursor[] cursors)
    {
        var codes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (DataViewRowCursor cursor in cursors)
            using (cursor)
            {
                ValueGetter<ReadOnlyMemory<char>> pathGetter = cursor.GetGetter<ReadOnlyMemory<char>>(cursor.Schema["ImagePath"]);
                ValueGetter<VBuffer<byte>> codeGetter = cursor.GetGetter<VBuffer<byte>>(cursor.Schema["HashCode"]);
                ReadOnlyMemory<char> path = default;
                VBuffer<byte> code = default;
                while (cursor.MoveNext())
                {
                    pathGetter(ref path);
                    codeGetter(ref code);
                    codes.Add(path.ToString(), Convert.ToHexString([.. code.DenseValues()]));
                }
            }
        return codes;
    }

    private static int Count(DataViewRowCursor cursor)
    {
        using (cursor)
        {
            int count = 0;
            while (cursor.MoveNext())
                count++;
            return count;
        }
    }

    private void MakeGoodAndBad(out string[] bad)
    {
        for (int i = 0; i < 60; i++)
            Draw($"good/{i:000}.png", 20, 24);
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "bad"));
        File.WriteAllText(Path.Combine(_folder.FullName, "bad/empty.png"), "");
        File.WriteAllBytes(Path.Combine(_folder.FullName, "bad/huge.png"), DrawnFiles.PngClaiming(67_000, 67_000));
        File.WriteAllText(Path.Combine(_folder.FullName, "good/0305.png"), "<html>404</html>");
        Damage("good/truncated.jpg", bytes => bytes[..^200]);
        bad = ["bad/empty.png", "bad/huge.png", "good/0305.png", "good/truncated.jpg"];
    }

    private void Damage(string name, Func<byte[], byte[]> damage)
    {
        Draw(name, 40, 40);
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, damage(File.ReadAllBytes(path)));
    }

    private void Draw(string name, int width, int height)
    {
        string path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var pixels = new byte[width * height * 4];
        _random.NextBytes(pixels);
        for (int alpha = 3; alpha < pixels.Length; alpha += 4)
            pixels[alpha] = 255;
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        System.Runtime.InteropServices.Marshal.Copy(pixels, 0, bitmap.GetPixels(), pixels.Length);
        using FileStream file = File.Create(path);
        bitmap.Encode(file, name.EndsWith("png", StringComparison.Ordinal) ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg, 90);
    }

    private sealed class FileRow
    {
        public required string Name { get; set; }
    }
}
