using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Features;
using SSAH.MLNet.Training.Frozen;

namespace SSAH.MLNet.Benchmarks;

/// <summary>
/// <c>bench memory</c>: the largest memory of a training on 100,000 images of 96 x 96, whose pixels alone are 2.8 GB. What is mapped from files does
/// not count: the system takes it back when it needs it.
/// </summary>
internal static class MemoryBenchmark
{
    private const int Side = 96, Megabytes = 500, FeatureCount = 512;
    private const double Limit = 4e9;

    public static int Run(string[] args)
    {
        string[] known = ["--images", "--steps", "--width", "--precision", "--unlabeled", "--frozen"];
        bool isUnknown = args.Length % 2 != 0 || args.Where((_, i) => i % 2 == 0).Except(known).Any();
        if (isUnknown || !OperatingSystem.IsLinux())
        {
            Console.Error.WriteLine("usage: bench memory [--images 100000] [--steps 10] [--width 16] [--precision Float32] "
                + "[--unlabeled 192] [--frozen no]   (on Linux)");
            return 2;
        }
        int Number(string name, int otherwise) => int.Parse(Of(name, $"{otherwise}"), CultureInfo.InvariantCulture);
        string Of(string name, string otherwise) => Array.IndexOf(args, name) is >= 0 and var i ? args[i + 1] : otherwise;
        int images = Number("--images", 100_000);
        BenchmarkRow.PrintMachine();
        var context = new MLContext(1);
        context.Log += (_, e) =>
        {
            if (e.Source.StartsWith("SsahTrainer", StringComparison.Ordinal))
                BenchmarkRow.Note($"{e.Message}");
        };
        var options = new SsahTrainer.Options
        {
            Backbone = Backbone.SmallResNet(Number("--width", 16)),
            PixelMemoryMegabytes = Megabytes,
            Stopping = { MaxSteps = Number("--steps", 10) },
            // Every unlabeled image takes part in the hard pass, the most that a step can take.
            Consistency = { ConfidenceThreshold = 0, Ramp = 0, UnlabeledBatchSize = Number("--unlabeled", 192) },
            Precision = Enum.Parse<TrainingPrecision>(Of("--precision", nameof(TrainingPrecision.Float32))),
            Seed = 1,
        };
        double own = 0;
        bool isFrozen = Of("--frozen", "no") == "yes";
        using var timer = new Timer(_ => own = Math.Max(own, Status("RssAnon")), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(20));
        if (isFrozen)
            LearnFromFeatures(images);
        else
            context.Transforms.SsahHash(options).Fit(context.Data.LoadFromEnumerable(Rows(images))).Dispose();
        BenchmarkRow.Note($"{images} images of {Side} x {Side}: resident at most {Status("VmHWM") / 1e9:0.00} GB, mapped pixels included");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"row memory{(isFrozen ? "-frozen" : "")} ours {own / 1e9:0.00}GB "
            + $"limit {Limit / 1e9:0.00}GB "
            + $"{(own <= Limit ? "ok" : "short")}"));
        return own <= Limit ? 0 : 1;
    }

    // What the default for photos does beside the network: features of each image and two views, kept on disk, and learning from them.
    private static void LearnFromFeatures(int images)
    {
        LabelSets labels = LabelSets.FromClasses([.. Enumerable.Range(0, images).Select(image => image % 20 < 10 ? image % 10 : -1)]);
        FeatureRows rows = ReadFeatures(images, labels);
        new FrozenTraining(new SsahTrainer.Options(), seed: 1, text => BenchmarkRow.Note($"{text}"), overwrites: true).Run(rows.Features, rows.Views, labels);
    }

    // A method of its own, as in the library: what was read into is garbage when it returns.
    private static FeatureRows ReadFeatures(int images, LabelSets labels)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ssah-memory-");
        using FeatureCache cache = FeatureCache.Open(folder.FullName, "bench", FeatureCount);
        var values = new List<float>(images * 3 * FeatureCount);
        var random = new Random(1);
        float[] row = new float[3 * FeatureCount], centers = [.. Enumerable.Range(0, 10 * FeatureCount).Select(_ => random.NextSingle())];
        for (int image = 0; image < images; image++)
        {
            for (int i = 0; i < row.Length; i++)
                row[i] = random.NextSingle() + centers[image % 10 * FeatureCount + i % FeatureCount];
            values.AddRange(row);
            for (int view = 0; view < 3; view++)
                cache.Add((UInt128)(3 * image + view), row.AsSpan(view * FeatureCount, FeatureCount));
        }
        cache.Forget();
        folder.Delete(recursive: true);
        return FeatureRows.From(values, FeatureCount, views: 2, labels);
    }

    // Noise, made as it is read.
    private static IEnumerable<Image> Rows(int images)
    {
        var random = new Random(1);
        var image = new Image();
        for (int i = 0; i < images; i++)
        {
            random.NextBytes(image.Pixels);
            image.Label = i % 20 == 0 ? (uint)(i / 20 % 10) : uint.MaxValue;
            yield return image;
        }
    }

    private static double Status(string name) =>
        1024.0 * long.Parse(File.ReadLines("/proc/self/status").Single(line => line.StartsWith(name, StringComparison.Ordinal)).Split(':', 'k')[1],
            CultureInfo.InvariantCulture);

    private sealed class Image
    {
        [VectorType(3, Side, Side)]
        public byte[] Pixels { get; set; } = new byte[3 * Side * Side];

        [KeyType(10)]
        public uint Label { get; set; }
    }
}
