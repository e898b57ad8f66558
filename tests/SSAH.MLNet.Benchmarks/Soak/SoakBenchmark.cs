using System.Globalization;

namespace SSAH.MLNet.Benchmarks.Soak;

/// <summary><c>bench soak</c>: encoder, indexes and collection under many threads for as long as asked for. A wrong answer ends it with 1.</summary>
internal static class SoakBenchmark
{
    private const int EncoderThreads = 16, IndexReaders = 8, CollectionReaders = 4;

    // What starting up takes after the first tenth of a short run; in ten minutes a leak of a few bytes a call would be more.
    private const long LargestGrowth = 32_000_000;

    public static int Run(string[] args)
    {
        int seconds = 20;
        if (args.Length > 0 && !(args is ["--seconds", var number] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out seconds)))
        {
            Console.Error.WriteLine("usage: bench soak [--seconds N]   (20, for each of the four)");
            return 2;
        }
        BenchmarkRow.PrintMachine();
        TimeSpan duration = TimeSpan.FromSeconds(seconds);
        using var encoder = new EncoderSoak();
        bool holds = Print($"encoder-and-pooled-engines-{EncoderThreads}-threads", encoder.Run(duration, EncoderThreads));
        foreach (bool hashed in new[] { false, true })
        {
            var index = new IndexSoak(hashed);
            holds &= Print($"{(hashed ? "multi-hash" : "flat")}-index-{IndexReaders}-readers-1-writer", index.Run(duration, IndexReaders));
            BenchmarkRow.Note($"{index.Answers.Checked} answers compared with the model, {index.Answers.PassedOver} ran during too many changes");
        }
        using var collection = new CollectionSoak();
        holds &= Print($"collection-{CollectionReaders}-readers-1-writer", collection.Run(duration, CollectionReaders));
        return holds ? 0 : 1;
    }

    private static bool Print(string name, SoakRun run)
    {
        foreach (string wrong in run.Wrong.Take(5))
            BenchmarkRow.Note($"wrong: {wrong}");
        double half = run.Latencies.Quantile(0.5) * 1e6, most = run.Latencies.Quantile(0.99) * 1e6;
        BenchmarkRow.Note($"{name}: {run.Latencies.Count} calls, {run.Changes} changes, p50 {half:0} us, p99 {most:0} us");
        BenchmarkRow.Note($"{name}: heap {run.Heap.Early / 1e6:0.0} MB after a tenth of the time, {run.Heap.Late / 1e6:0.0} MB at the end");
        BenchmarkRow.Note($"{name}: resident {run.Resident.Early / 1e6:0} MB, then {run.Resident.Late / 1e6:0} MB");
        bool isFlat = run.Heap.Late - run.Heap.Early <= LargestGrowth / 4 && run.Resident.Late - run.Resident.Early <= LargestGrowth;
        Console.WriteLine($"row soak {name} wrong {run.Wrong.Count} memory {(isFlat ? "flat" : "grows")} {(isFlat && run.Wrong.Count == 0 ? "ok" : "short")}");
        return isFlat && run.Wrong.Count == 0;
    }
}
