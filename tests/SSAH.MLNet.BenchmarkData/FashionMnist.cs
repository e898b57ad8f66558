using System.Buffers.Binary;
using System.IO.Compression;

namespace SSAH.MLNet.BenchmarkData;

/// <summary>
/// Fashion-MNIST (Xiao, Rasul, Vollgraf 2017) as Debian's package <c>dataset-fashion-mnist</c> installs it: gzipped IDX files. Gray becomes RGB, and
/// a border of two black pixels makes 28 x 28 into 32 x 32.
/// </summary>
internal static class FashionMnist
{
    public const string InstalledAt = "/usr/share/datasets/fashion-mnist";
    private const int Source = 28;
    private const int Side = 32;
    private const int Border = (Side - Source) / 2;
    private const int MaxImages = 1_000_000;

    private static readonly string[] s_names =
        ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];

    public static bool IsAt(string folder) => File.Exists(Path.Combine(folder, "train-images-idx3-ubyte.gz"));

    public static ImageSet Read(string folder)
    {
        var (trainGray, trainLabels) = ReadPart(folder, "train");
        var (testGray, testLabels) = ReadPart(folder, "t10k");
        var count = trainLabels.Length + testLabels.Length;
        var pixels = ImageBlock.Allocate(count, Side, Side, folder);
        for (var i = 0; i < count; i++)
        {
            var gray = i < trainLabels.Length ? trainGray.AsSpan(i * Source * Source) : testGray.AsSpan((i - trainLabels.Length) * Source * Source);
            Pad(gray, pixels.AsSpan(i * Side * Side * 3, Side * Side * 3));
        }

        var parts = new ImagePart[count];
        Array.Fill(parts, ImagePart.Train, 0, trainLabels.Length);
        Array.Fill(parts, ImagePart.Test, trainLabels.Length, testLabels.Length);
        return new ImageSet("Fashion-MNIST", folder, Side, Side, pixels,
            [.. trainLabels.Concat(testLabels).Select(label => new[] { (int)label })], s_names, parts, sourcePath: folder);
    }

    private static (byte[] Gray, byte[] Labels) ReadPart(string folder, string part)
    {
        var imageFile = Path.Combine(folder, $"{part}-images-idx3-ubyte.gz");
        var labelFile = Path.Combine(folder, $"{part}-labels-idx1-ubyte.gz");
        var gray = ReadIdx(imageFile, [Source, Source], out var images);
        var labels = ReadIdx(labelFile, [], out var labeled);
        if (images != labeled)
            throw new InvalidDataException($"{imageFile} holds {images} images, but {labelFile} {labeled} labels. Install dataset-fashion-mnist " +
                $"again.");
        var wrong = Array.FindIndex(labels, label => label >= s_names.Length);
        return wrong < 0
            ? (gray, labels)
            : throw new InvalidDataException($"{labelFile}, item {wrong}: label {labels[wrong]} is beyond the {s_names.Length} classes.");
    }

    // IDX: 0, 0, 8 (unsigned byte), number of dimensions, then each dimension as a big-endian int32, then the data.
    private static byte[] ReadIdx(string file, int[] itemShape, out int count)
    {
        if (!File.Exists(file))
            throw new FileNotFoundException($"{file} is missing. Install it: apt-get install dataset-fashion-mnist", file);
        try
        {
            using var stream = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
            var header = new byte[4 * (itemShape.Length + 2)];
            stream.ReadExactly(header);
            count = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4));
            var shapeFits = !itemShape.Where((size, axis) => BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(8 + (4 * axis))) != size).Any();
            if (BinaryPrimitives.ReadInt32BigEndian(header) != 0x0800 + itemShape.Length + 1 || !shapeFits || count is < 1 or > MaxImages)
                throw new InvalidDataException("its header is not that of a Fashion-MNIST file");
            var data = new byte[itemShape.Aggregate(count, (product, size) => product * size)];
            stream.ReadExactly(data);
            return data;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException($"{file} cannot be read ({e.Message}). Install dataset-fashion-mnist again.", e);
        }
    }

    private static void Pad(ReadOnlySpan<byte> gray, Span<byte> rgb)
    {
        for (var y = 0; y < Source; y++)
        {
            for (var x = 0; x < Source; x++)
                rgb.Slice((((y + Border) * Side) + x + Border) * 3, 3).Fill(gray[(y * Source) + x]);
        }
    }
}
