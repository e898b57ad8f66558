using System.Formats.Tar;
using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Hashing;
using SkiaSharp;
using SSAH.MLNet.Tests.Encoder;

namespace SSAH.MLNet.Tests.Images;

/// <summary>Lists, tables and archives of images.</summary>
public sealed class ImageSourcesTests : IDisposable
{
    private readonly MLContext _context = new(seed: 3);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ssah-sources-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_list_keeps_its_order_and_has_no_labels()
    {
        Write("b.png", 200);
        Write("a.bin", 100);
        ImageFiles rows = _context.Data.LoadImageFiles([At("b.png"), At("a.bin"), At("b.png")], 4, 4);
        Assert.Equal([200, 100, 200], CodeRows.Read<byte>(rows, "Pixels").Select(pixels => (int)pixels[0]));
        Assert.Equal(["", "", ""], rows.GetColumn<string>("Label"));
        Assert.Throws<ArgumentException>(() => _context.Data.LoadImageFiles([], 4, 4));
    }

    [Theory]
    [InlineData("files.csv", "path,label\na.png,cat\nsub/b.png,\"dog, big\"\na.png,\n")]
    [InlineData("files.tsv", "path\tlabel\na.png\tcat\nsub/b.png\tdog, big\na.png\t\n")]
    [InlineData("files.txt", "\uFEFFpath;label\r\na.png;cat\r\nsub/b.png;dog, big\r\na.png;\r\n")]
    public void A_table_gives_one_label_an_image(string name, string text)
    {
        Write("a.png", 100);
        Write("sub/b.png", 200);
        File.WriteAllText(At(name), text);
        ImageFiles rows = _context.Data.LoadImageTable(At(name), 4, 4);
        Assert.Equal(["cat", "dog, big", ""], rows.GetColumn<string>("Label"));
        Assert.Equal([100, 200, 100], CodeRows.Read<byte>(rows, "Pixels").Select(pixels => (int)pixels[0]));
        Assert.Equal(TextDataViewType.Instance, rows.Schema["Label"].Type);
    }

    [Theory]
    [InlineData("id,file,sea,ship,trees\n1,a.png,1,1,0\n2,b.png,0,0,0\n3,c.png,0,0,1\n", null)]
    [InlineData("id,file,first,second\n1,a.png,sea,ship\n2,b.png,,\n3,c.png,trees,trees\n", null)]
    [InlineData("id,file,labels\n1,a.png,sea|ship\n2,b.png,\n3,c.png, trees \n", '|')]
    public void A_table_gives_several_labels_an_image(string text, char? separator)
    {
        File.WriteAllText(At("labels.csv"), text);
        string[] columns = [.. text.Split('\n')[0].Split(',').Skip(2)];
        ImageFiles rows = _context.Data.LoadImageTable(At("labels.csv"), 4, 4,
            new ImageTableOptions { PathColumn = "file", LabelColumns = columns, LabelSeparator = separator });
        string[][] labels = [.. CodeRows.Read<ReadOnlyMemory<char>>(rows, "Label").Select(row => row.Select(label => label.ToString()).ToArray())];
        Assert.Equal([["sea", "ship"], [], ["trees"]], labels);
        IDataView keys = _context.Transforms.Conversion.MapValueToKey("Label").Fit(rows).Transform(rows);
        Assert.Equal([[1u, 2u], [], [3u]], CodeRows.Read<uint>(keys, "Label"));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("path,label\n", "no row")]
    [InlineData("path,label\na.png,cat\nb.png\n", "line 3: 1 cells")]
    [InlineData("path,label\n,cat\n", "column 'path' is empty")]
    [InlineData("file,label\na.png,cat\n", "no column 'path'; its header line has 'file', 'label'")]
    public void Tables_that_are_none_name_the_line_and_the_column(string text, string expected)
    {
        File.WriteAllText(At("bad.csv"), text);
        Assert.Contains(expected, Assert.Throws<DamagedFileException>(
            () => _context.Data.LoadImageTable(At("bad.csv"), 4, 4, new ImageTableOptions { PathColumn = "path" })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("set.zip")]
    [InlineData("set.tar")]
    [InlineData("set.tar.gz")]
    [InlineData("set.tgz")]
    public void An_archive_gives_the_rows_of_its_folder(string name)
    {
        WriteSet();
        File.WriteAllText(At("set/cat/notes.txt"), "x");
        File.WriteAllText(At("set/cat/._1.png"), "x");
        ImageFiles folder = _context.Data.LoadImageFolder(At("set"), 4, 4);
        ImageFiles packed = _context.Data.LoadImageArchive(Pack(name), 4, 4);
        Assert.Equal(6, packed.FileCount);
        Assert.Equal(1, packed.PassedOver[".txt"]);
        SortedDictionary<string, string> expected = Read(folder);
        for (int pass = 0; pass < 2; pass++)
            Assert.Equal(expected, Read(packed));
        Assert.Equal(name == "set.zip", packed.CanShuffle);
        Assert.Equal(expected, Read(packed, new Random(2)));
        foreach (DataViewRowCursor cursor in packed.GetRowCursorSet(packed.Schema, 3))
            cursor.Dispose();
    }

    [Theory]
    [InlineData("set.zip")]
    [InlineData("set.tar.gz")]
    public void Bad_images_in_an_archive_are_skipped_and_named(string name)
    {
        WriteSet();
        File.WriteAllText(At("set/cat/bad.png"), "no image");
        File.WriteAllBytes(At("set/cat/big.png"), new byte[70_000]);
        ImageFiles rows = _context.Data.LoadImageArchive(Pack(name), 4, 4, new ImageFilesOptions { OnBadImage = BadImagePolicy.Skip, MaxBytes = 60_000 });
        Assert.Equal(6, rows.GetColumn<string>("Label").Count());
        Assert.Equal(6, CodeRows.Read<byte>(rows, "Pixels").Length);
        Assert.Equal(["set/cat/bad.png", "set/cat/big.png"], rows.Skipped.Select(skipped => skipped.Path).Order());
        ImageFiles strict = _context.Data.LoadImageArchive(At(name), 4, 4);
        Assert.Contains("bad.png", Assert.Throws<DamagedFileException>(() => CodeRows.Read<byte>(strict, "Pixels")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("set.zip")]
    [InlineData("set.tar.gz")]
    public void Cut_archives_are_errors(string name)
    {
        WriteSet();
        byte[] whole = File.ReadAllBytes(Pack(name));
        for (int length = 0; length < whole.Length - 40; length += 1 + whole.Length / 15)
        {
            File.WriteAllBytes(At(name), whole[..length]);
            Assert.Throws<DamagedFileException>(() => CodeRows.Read<byte>(_context.Data.LoadImageArchive(At(name), 4, 4), "Pixels"));
        }
        File.WriteAllBytes(At("a.rar"), whole);
        Assert.Contains(".zip", Assert.Throws<DamagedFileException>(() => _context.Data.LoadImageArchive(At("a.rar"), 4, 4)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_are_decoded_ahead_in_a_bounded_way_and_come_in_order()
    {
        const int workers = 3;
        var images = new CountingImages();
        IEnumerator<WantedImage> wanted = Enumerable.Range(0, 200).Select(i => new WantedImage(i, i, IsDecoded: true, Kept: null)).GetEnumerator();
        using var ahead = new DecodeAhead(new ImageReader(1, 1, new ImageReadingOptions()), images, wanted, workers);
        for (int i = 0; i < 200; i++)
        {
            AheadImage image = ahead.Next()!;
            Assert.Equal(i, image.Index);
            Assert.Equal((byte)i, image.Pixels![0]);
            Assert.InRange(images.Opened, i + 1, i + 1 + 2 * workers);
        }
        Assert.Null(ahead.Next());
    }

    private sealed class CountingImages : SSAH.MLNet.EncodedImages
    {
        public int Opened { get; private set; }

        public override EncodedImage Get(int index)
        {
            Opened++;
            byte gray = (byte)index;
            return new EncodedImage("", DrawnFiles.Draw(SKEncodedImageFormat.Png, 1 + index % 50 * 4, 3, (_, _) => new SKColor(gray, gray, gray)), null);
        }
    }

    private static SortedDictionary<string, string> Read(ImageFiles rows, Random? random = null)
    {
        var result = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using DataViewRowCursor cursor = rows.GetRowCursor(rows.Schema, random);
        ValueGetter<ReadOnlyMemory<char>> path = cursor.GetGetter<ReadOnlyMemory<char>>(rows.Schema["ImagePath"]),
            label = cursor.GetGetter<ReadOnlyMemory<char>>(rows.Schema["Label"]);
        ValueGetter<VBuffer<byte>> pixels = cursor.GetGetter<VBuffer<byte>>(rows.Schema["Pixels"]);
        while (cursor.MoveNext())
        {
            ReadOnlyMemory<char> name = default, text = default;
            VBuffer<byte> values = default;
            path(ref name);
            label(ref text);
            pixels(ref values);
            result.Add(string.Join('/', name.ToString().Split('/', '\\')[^2..]), $"{text} {Convert.ToHexString([.. values.DenseValues()])}");
        }
        return result;
    }

    private string Pack(string name)
    {
        string archive = At(name);
        if (name.EndsWith("zip", StringComparison.Ordinal))
            ZipFile.CreateFromDirectory(At("set"), archive, CompressionLevel.Fastest, includeBaseDirectory: true);
        else if (name.EndsWith("tar", StringComparison.Ordinal))
            TarFile.CreateFromDirectory(At("set"), archive, includeBaseDirectory: true);
        else
            using (var gzip = new GZipStream(File.Create(archive), CompressionLevel.Fastest))
                TarFile.CreateFromDirectory(At("set"), gzip, includeBaseDirectory: true);
        return archive;
    }

    private void WriteSet()
    {
        for (int i = 0; i < 6; i++)
            Write($"set/{(i % 2 == 0 ? "cat" : "dog")}/{i}.png", (byte)(i * 40));
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private void Write(string name, byte gray)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        File.WriteAllBytes(At(name), DrawnFiles.Draw(SKEncodedImageFormat.Png, 9, 9, (_, _) => new SKColor(gray, gray, gray)));
    }
}
