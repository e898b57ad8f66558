using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using SkiaSharp;
using SSAH.MLNet.Collections;
using SSAH.MLNet.Collections.Storage;
using SSAH.MLNet.Collections.Syncing;
using SSAH.MLNet.Tests.Encoder;
using SSAH.MLNet.Tests.Images;

namespace SSAH.MLNet.Benchmarks;

/// <summary><c>bench collection</c>: a sync of files that did not change, opening a collection of many codes, and searches in it beside the bare
/// index.</summary>
internal static class CollectionBenchmark
{
    private const int Bits = 64, K = 10, Repeats = 5, Queries = 200, OtherTurns = 100, Files = 10_000;

    public static int Run(string[] args)
    {
        int count = 1_000_000;
        if (args.Length > 0 && !(args is ["--codes", var number] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out count)))
        {
            Console.Error.WriteLine("usage: bench collection [--codes N]   (1000000)");
            return 2;
        }
        BenchmarkRow.PrintMachine();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ssah-collection-");
        try
        {
            using var encoder = new HashEncoder(TestHashModels.Create(Bits));
            MeasureSync(folder, encoder);
            MeasureCodes(folder, encoder, count);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
        return 0;
    }

    private static void MeasureSync(DirectoryInfo folder, HashEncoder encoder)
    {
        DirectoryInfo photos = folder.CreateSubdirectory("photos");
        for (int i = 0; i < Files; i++)
        {
            string path = Path.Combine(photos.CreateSubdirectory($"{i / 100}").FullName, $"{i}.png");
            File.WriteAllBytes(path, DrawnFiles.Draw(SKEncodedImageFormat.Png, 24, 24, (x, y) => new SKColor((byte)(x * i), (byte)(y * i), (byte)(i >> 6))));
        }
        using var collection = ImageCollection.Create(Path.Combine(folder.FullName, "sync.ssah"), encoder);
        SyncResult first = collection.Sync(photos.FullName);
        BenchmarkRow.Note($"first sync: {first}");
        double[] seconds = Stopwatches.Medians(Repeats, () => Require(collection.Sync(photos.FullName).Unchanged == Files),
            () => Require(collection.Sync(photos.FullName, new SyncOptions { CompareContent = true }).Unchanged == Files));
        BenchmarkRow.Note($"comparing the content of all: {seconds[1]:0.000} s");
        BenchmarkRow.Print($"sync-{Files}-unchanged", seconds[0], "two-seconds", 2, target: 1);
    }

    private static void MeasureCodes(DirectoryInfo folder, HashEncoder encoder, int count)
    {
        string path = Path.Combine(folder.FullName, "codes.ssah");
        BinaryCodes codes = BenchmarkCodes.Clustered(Bits, count, seed: 1, 1000, 0.08);
        long start = Stopwatch.GetTimestamp();
        ImageCollection.Create(path, encoder).Dispose();
        Import(path, codes);
        double storing = Stopwatch.GetElapsedTime(start).TotalSeconds;
        BenchmarkRow.Note($"{count} images stored in {storing:0.0} s; the file has {new FileInfo(path).Length / 1e6:0} MB");
        string saved = Path.Combine(folder.FullName, "codes.index");
        var bare = new HammingFlatIndex(codes);
        bare.Save(saved);
        double[] opening = Stopwatches.Medians(Repeats, () => ImageCollection.Open(path).Dispose(), () => HammingIndex.Load(saved));
        BenchmarkRow.Print($"open-{count}", opening[0], "index-file", opening[1], target: 0.01);

        using var collection = ImageCollection.Open(path);
        BinaryCodes queries = BenchmarkCodes.Clustered(Bits, Queries, seed: 2, 1000, 0.08);
        byte[][] packed = [.. Enumerable.Range(0, Queries).Select(i => Packed(queries, i))];
        BinaryCodes[] single = [.. Enumerable.Range(0, Queries).Select(i => queries.Slice(i, 1))];
        ImageFilter hundredth = ImageFilter.WithLabel("rare");
        // Other queries each time: most of what they find was not read before.
        BinaryCodes others = BenchmarkCodes.Clustered(Bits, Queries * OtherTurns, seed: 3, 1000, 0.08);
        byte[][] fresh = [.. Enumerable.Range(0, others.Count).Select(i => Packed(others, i))];
        int turn = 0;
        double[] searching = Stopwatches.Medians(Repeats,
            () => Array.ForEach(packed, code => collection.Search(code, K)), () => Array.ForEach(single, code => bare.Search(code, K)),
            () => collection.Search(queries, K), () => bare.Search(queries, K), () => Array.ForEach(packed, code => collection.Search(code, K, hundredth)),
            () => Array.ForEach(fresh[TurnOf(ref turn)], code => collection.Search(code, K)));
        BenchmarkRow.Print($"search-{count}", searching[0], "bare-index", searching[1], target: 0.67, Queries);
        BenchmarkRow.Print($"search-{count}-rows-not-read-before", searching[5], "bare-index", searching[1], target: 0, Queries);
        BenchmarkRow.Print($"search-{count}-batch", searching[2], "bare-index", searching[3], target: 0.67, Queries);
        BenchmarkRow.Print($"search-{count}-filter-leaves-a-hundredth", searching[4], "without-filter", searching[0], target: 1, Queries);
    }

    private static Range TurnOf(ref int turn)
    {
        int first = turn++ % OtherTurns * Queries;
        return first..(first + Queries);
    }

    private static void Import(string path, BinaryCodes codes)
    {
        const int atOnce = 50_000;
        using Session session = Session.Open(path, TimeSpan.FromSeconds(1));
        for (int first = 0; first < codes.Count; first += atOnce)
        {
            Revision.Write(session, revision =>
            {
                for (int i = first; i < Math.Min(codes.Count, first + atOnce); i++)
                {
                    string name = string.Create(CultureInfo.InvariantCulture, $"/photos/{i / 1000}/IMG_{i:00000000}.jpg");
                    var file = new FileToEncode(name, Schema.NoRoot, name, new FileStamp(1_000_000 + i, i)) { Labels = i % 100 == 0 ? ["rare"] : [] };
                    revision.Store(new EncodedFile(file, SHA256.HashData(BitConverter.GetBytes(i))) { Code = Packed(codes, i), Width = 640, Height = 480 });
                }
                return 0;
            });
        }
    }

    private static byte[] Packed(BinaryCodes codes, int row)
    {
        var code = new byte[codes.BytesPerCode];
        codes.CopyPacked(row, code);
        return code;
    }

    private static void Require(bool holds)
    {
        if (!holds)
            throw new InvalidOperationException("The sync found changes.");
    }
}
