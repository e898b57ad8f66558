using System.Text;

namespace SSAH.MLNet.BenchmarkData;

/// <summary>
/// The binary version of CIFAR-10: <c>data_batch_1.bin</c> to <c>data_batch_5.bin</c> and <c>test_batch.bin</c>, records of one label byte and
/// 3,072 bytes (the red, green and blue plane of 32 x 32 pixels).
/// </summary>
internal static class CifarBinary
{
    private const int Side = 32;
    private const int Plane = Side * Side;
    private const int RecordBytes = 1 + (3 * Plane);

    private static readonly string[] s_standardNames =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    public static bool IsBatch(string path) => Path.GetFileName(path) is var name && name.EndsWith(".bin", StringComparison.Ordinal)
        && (name.StartsWith("data_batch", StringComparison.Ordinal) || name.StartsWith("test_batch", StringComparison.Ordinal));

    /// <summary>True when the folder or archive holds such a file, judged by names alone.</summary>
    public static bool Fits(IEnumerable<string> paths) => paths.Any(IsBatch);

    public static ImageSet Read(string path)
    {
        var names = s_standardNames;
        var batches = new List<RawFile>();
        foreach (var file in CollectionFiles.Enumerate(path))
        {
            if (IsBatch(file.Path))
                batches.Add(file);
            else if (Path.GetFileName(file.Path) == "batches.meta.txt")
                names = Encoding.UTF8.GetString(file.Bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }

        batches.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        var count = batches.Sum(batch => CountRecords(batch, path));
        var pixels = ImageBlock.Allocate(count, Side, Side, path);
        var labels = new int[count][];
        var parts = new ImagePart[count];
        var next = 0;
        foreach (var batch in batches)
        {
            var part = Path.GetFileName(batch.Path).StartsWith("test", StringComparison.Ordinal) ? ImagePart.Test : ImagePart.Train;
            for (var offset = 0; offset < batch.Bytes.Length; offset += RecordBytes, next++)
            {
                var label = batch.Bytes[offset];
                if (label >= names.Length)
                    throw new InvalidDataException($"{path}: {batch.Path}, record {offset / RecordBytes}: label {label} is beyond the " +
                        $"{names.Length} classes. The file is damaged or no CIFAR-10 batch.");
                Interleave(batch.Bytes.AsSpan(offset + 1, 3 * Plane), pixels.AsSpan(next * 3 * Plane, 3 * Plane));
                labels[next] = [label];
                parts[next] = part;
            }
        }

        return new ImageSet("CIFAR-10", path, Side, Side, pixels, labels, names, parts, sourcePath: path);
    }

    private static int CountRecords(RawFile batch, string path) =>
        batch.Bytes.Length % RecordBytes == 0 && batch.Bytes.Length > 0
            ? batch.Bytes.Length / RecordBytes
            : throw new InvalidDataException($"{path}: {batch.Path} has {batch.Bytes.Length:N0} bytes, which is no multiple of {RecordBytes}. The " +
                $"file is cut off or no CIFAR-10 batch: fetch it again.");

    private static void Interleave(ReadOnlySpan<byte> planes, Span<byte> rgb)
    {
        for (var pixel = 0; pixel < Plane; pixel++)
        {
            rgb[pixel * 3] = planes[pixel];
            rgb[(pixel * 3) + 1] = planes[Plane + pixel];
            rgb[(pixel * 3) + 2] = planes[(2 * Plane) + pixel];
        }
    }
}
