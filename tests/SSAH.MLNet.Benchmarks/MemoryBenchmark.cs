using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet.Benchmarks;

/// <summary>
/// <c>bench memory</c>: the largest memory of a training on 100,000 images of 96 x 96, whose pixels alone are 2.8 GB. What is mapped from files does
/// not count: the system takes it back when it needs it.
/// </summary>
internal static class MemoryBenchmark
{
    private const int Images = 100_000, Side = 96, Steps = 10, Megabytes = 500;
    private const double Limit = 4e9;

    public static int Run(string[] args)
    {
        if (args.Length > 0 || !OperatingSystem.IsLinux())
        {
            Console.Error.WriteLine("usage: bench memory   (no options; on Linux)");
            return 2;
        }
        BenchmarkRow.PrintMachine();
        var context = new MLContext(1);
        context.Log += (_, e) =>
        {
            if (e.Source.StartsWith("SsahTrainer", StringComparison.Ordinal))
                BenchmarkRow.Note($"{e.Message}");
        };
        var options = new SsahTrainer.Options
        {
            Backbone = Backbone.SmallResNet(16),
            PixelMemoryMegabytes = Megabytes,
            Stopping = { MaxSteps = Steps },
            Optimization = { LabeledBatchSize = 16 },
            Consistency = { UnlabeledBatchSize = 32 },
            Seed = 1,
        };
        double own = 0;
        using var timer = new Timer(_ => own = Math.Max(own, Status("RssAnon")), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(20));
        using var encoder = context.Transforms.SsahHash(options).Fit(context.Data.LoadFromEnumerable(Rows()));
        BenchmarkRow.Note($"{Images} images of {Side} x {Side}: resident at most {Status("VmHWM") / 1e9:0.00} GB, mapped pixels included");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"row memory ours {own / 1e9:0.00}GB limit {Limit / 1e9:0.00}GB "
            + $"{(own <= Limit ? "ok" : "short")}"));
        return own <= Limit ? 0 : 1;
    }

    // Noise, made as it is read.
    private static IEnumerable<Image> Rows()
    {
        var random = new Random(1);
        var image = new Image();
        for (int i = 0; i < Images; i++)
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
