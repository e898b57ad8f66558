using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using SkiaSharp;

namespace SSAH.MLNet.Benchmarks.Duplicates;

/// <summary>Images of a collection, and folders of them with one copy each; a file's name tells which image it is of.</summary>
internal sealed partial class CopyFolder
{
    private const long MaxPixels = 4_000_000;
    private const int LeastSide = 32, ClothesSide = 28, ThumbnailSide = 32;

    // Originals that differ by less than this many of 255 levels a pixel, in any pose, are neither rightly nor wrongly told as duplicates.
    private const double AlikeLevels = 5;

    private readonly SKBitmap[] _images;
    private readonly HashSet<(int, int)> _alike = [];

    private CopyFolder(string name, IEnumerable<SKBitmap> images)
    {
        (Name, _images) = (name, [.. images]);
        byte[][] thumbnails = [.. _images.Select(Thumbnail)];
        for (int second = 1; second < thumbnails.Length; second++)
        {
            byte[][] poses = [.. Enum.GetValues<ImagePose>().Select(pose => Posed(thumbnails[second], pose))];
            for (int first = 0; first < second; first++)
                if (poses.Any(posed => Difference(posed, thumbnails[first]) < AlikeLevels))
                    _alike.Add((first, second));
        }
    }

    public string Name { get; }

    public int Count => _images.Length;

    /// <summary>Debian's clip art, on white; of files whose names differ in digits only one, so that 1,375 star polygons are not a sixth of it.</summary>
    public static CopyFolder OfClipart(string folder, int count, bool isValidation)
    {
        string[] files = [.. Directory.GetFiles(folder, "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        new Random(1).Shuffle(files);
        return new CopyFolder("clipart", Half(files.DistinctBy(file => Digits().Replace(file, "#")), isValidation).Where(IsMiddling)
            .Select(ImageCopies.OnWhite).OfType<SKBitmap>().Take(count));
    }

    /// <summary>Fashion-MNIST in its own size, 28 x 28.</summary>
    public static CopyFolder OfClothes(string folder, int count, bool isValidation)
    {
        using var file = new GZipStream(File.OpenRead(Path.Combine(folder, "train-images-idx3-ubyte.gz")), CompressionMode.Decompress);
        var bytes = new byte[16 + 2 * count * ClothesSide * ClothesSide];
        file.ReadExactly(bytes);
        return new CopyFolder("clothes", Half(Enumerable.Range(0, 2 * count), isValidation)
            .Select(i => Gray(bytes.AsSpan(16 + i * ClothesSide * ClothesSide, ClothesSide * ClothesSide))));
    }

    /// <summary>Writes the images into a new folder.</summary>
    public string WriteOriginals() => Write("originals", "o", ".png", (image, _) =>
    {
        using SKData original = image.Encode(SKEncodedImageFormat.Png, 100);
        return original.ToArray();
    });

    /// <summary>Writes a copy of each image into a new folder.</summary>
    public string WriteCopies(ImageCopies copies) => Write(copies.Name, "c", copies.Ending, copies.Encode);

    private string Write(string name, string prefix, string ending, Func<SKBitmap, int, byte[]> encode)
    {
        string folder = Directory.CreateTempSubdirectory($"ssah-{name}-").FullName;
        Parallel.For(0, Count, i => File.WriteAllBytes(Path.Combine(folder, $"{prefix}{i:00000}{ending}"), encode(_images[i], i)));
        return folder;
    }

    /// <summary>Shares of the copies that are in a group with their original, and of pairs of an original and a copy in groups that are of one image.</summary>
    public (double Recall, double Precision) Score(IEnumerable<IReadOnlyList<string>> groups)
    {
        (int right, int wrong) = (0, 0);
        foreach (IReadOnlyList<string> group in groups)
            foreach (int original in NumbersOf(group, 'o'))
                foreach (int copy in NumbersOf(group, 'c'))
                {
                    if (original == copy)
                        right++;
                    else if (!_alike.Contains((Math.Min(original, copy), Math.Max(original, copy))))
                        wrong++;
                }
        return ((double)right / Count, right + wrong == 0 ? 1 : (double)right / (right + wrong));
    }

    private static IEnumerable<int> NumbersOf(IReadOnlyList<string> group, char prefix) => group.Select(file => Path.GetFileNameWithoutExtension(file))
        .Where(name => name[0] == prefix).Select(name => int.Parse(name.AsSpan(1), CultureInfo.InvariantCulture));

    // Every other one, so that what is chosen on the one half is measured on the other.
    private static IEnumerable<T> Half<T>(IEnumerable<T> all, bool isValidation) => all.Where((_, i) => i % 2 == (isValidation ? 1 : 0));

    private static bool IsMiddling(string file)
    {
        using SKCodec? codec = SKCodec.Create(file);
        return codec is not null && (long)codec.Info.Width * codec.Info.Height <= MaxPixels && Math.Min(codec.Info.Width, codec.Info.Height) >= LeastSide;
    }

    private static SKBitmap Gray(ReadOnlySpan<byte> gray)
    {
        var rgba = new byte[gray.Length * 4];
        for (int i = 0; i < gray.Length; i++)
            (rgba[4 * i], rgba[4 * i + 1], rgba[4 * i + 2], rgba[4 * i + 3]) = (gray[i], gray[i], gray[i], 255);
        var image = new SKBitmap(new SKImageInfo(ClothesSide, ClothesSide, SKColorType.Rgba8888, SKAlphaType.Opaque));
        Marshal.Copy(rgba, 0, image.GetPixels(), rgba.Length);
        return image;
    }

    private static byte[] Thumbnail(SKBitmap image)
    {
        var reader = new ImageReader(ThumbnailSide, ThumbnailSide, new ImageReadingOptions(), interleaved: false, ImageResizing.Stretch);
        var planes = new byte[reader.Size];
        using SKData data = image.Encode(SKEncodedImageFormat.Png, 100);
        _ = reader.Read(data.AsSpan(), planes);
        return planes;
    }

    private static byte[] Posed(byte[] planes, ImagePose pose)
    {
        const int plane = ThumbnailSide * ThumbnailSide;
        var posed = new byte[planes.Length];
        for (int channel = 0; channel < 3; channel++)
            pose.Apply<byte>(planes.AsSpan(channel * plane, plane), ThumbnailSide, posed.AsSpan(channel * plane));
        return posed;
    }

    private static double Difference(byte[] first, byte[] second)
    {
        int sum = 0;
        for (int i = 0; i < first.Length; i++)
            sum += Math.Abs(first[i] - second[i]);
        return (double)sum / first.Length;
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();
}
