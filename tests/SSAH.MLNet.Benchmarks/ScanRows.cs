namespace SSAH.MLNet.Benchmarks;

/// <summary>The least ratios that are wanted of the scan of one code length; <see langword="null"/> where there is no target.</summary>
internal sealed record ScanTargets(double Batch, double Single, double Avx2, double Radius, double? Faiss);

/// <summary>The flat index on a million uniform codes, for the ten nearest and for a radius.</summary>
internal static class ScanRows
{
    private const int Codes = 1_000_000;
    private const int K = 10;
    private const int Batch = 100;
    private const int MaxHits = 200;
    private const int Repeats = 9;

    /// <summary>The anchor's time does not depend on the batch: fewer queries measure it as well.</summary>
    private const int Few = 20;

    public static void Run(int bits, ScanTargets targets, FaissAnchor? faiss)
    {
        BinaryCodes codes = BenchmarkCodes.Uniform(bits, Codes, seed: 1), queries = BenchmarkCodes.Uniform(bits, Batch, seed: 2);
        var index = new HammingFlatIndex(codes);
        int radius = RadiusFor(index, queries);
        double oneThread = 0;
        foreach (int threads in (int[])[1, 2])
        {
            var options = new HammingSearchOptions { Threads = threads };
            var narrow = new HammingSearchOptions { Threads = threads, Level = KernelLevel.Vector256 };
            BinaryCodes[] singles = [.. Enumerable.Range(0, Few).Select(i => queries.Slice(i, 1))];
            double[] seconds = Stopwatches.Medians(
                Repeats,
                () => PopCountLoop.Search(codes, queries, Few, K, threads),
                () => PopCountLoop.SearchRadius(codes, queries, Few, radius, threads),
                () => index.Search(queries, K, options),
                () => Array.ForEach(singles, query => index.Search(query, K, options)),
                () => index.Search(queries, K, narrow),
                () => index.SearchRadius(queries, radius, options));
            double loop = seconds[0] / Few, loopRadius = seconds[1] / Few, batch = seconds[2] / Batch;
            string suffix = threads == 1 ? "" : $"-{threads}threads", anchor = $"popcount{suffix}";
            BenchmarkRow.Print($"{bits}bit-batch{suffix}", batch, anchor, loop, targets.Batch);
            // The loop splits queries; a single one would leave its second thread idle, so ours is held against its one-thread time.
            if (threads == 1)
                BenchmarkRow.Print($"{bits}bit-single", seconds[3] / Few, anchor, loop, targets.Single);
            BenchmarkRow.Print($"{bits}bit-batch-avx2{suffix}", seconds[4] / Batch, anchor, loop, targets.Avx2);
            BenchmarkRow.Print($"{bits}bit-radius{radius}{suffix}", seconds[5] / Batch, anchor, loopRadius, targets.Radius);
            if (threads == 1)
                oneThread = batch;
        }
        TwoThreads(bits, index, queries);
        if (faiss is not null && targets.Faiss is double target)
            BenchmarkRow.Print($"{bits}bit-batch-faiss", oneThread, "debian-faiss", faiss.SecondsPerQuery(codes, queries, K), target);
    }

    private static void TwoThreads(int bits, HammingFlatIndex index, BinaryCodes queries)
    {
        // Long enough that starting the second thread does not count.
        BinaryCodes many = BenchmarkCodes.Uniform(bits, 5 * queries.Count, seed: 3);
        double[] seconds = Stopwatches.Medians(
            Repeats, () => index.Search(many, K, new() { Threads = 1 }), () => index.Search(many, K, new() { Threads = 2 }));
        BenchmarkRow.Print($"{bits}bit-two-threads", seconds[1] / many.Count, "one-thread", seconds[0] / many.Count, 1.7);
    }

    /// <summary>The largest radius that finds at most <see cref="MaxHits"/> codes a query.</summary>
    private static int RadiusFor(HammingFlatIndex index, BinaryCodes queries)
    {
        int radius = 0;
        while (MeanHits(index.SearchRadius(queries, radius + 1)) <= MaxHits)
            radius++;
        double hits = MeanHits(index.SearchRadius(queries, radius));
        BenchmarkRow.Note($"{index.Bits} bits, {index.Count} uniform codes, k {K}; radius {radius} finds {hits:0.0} codes a query");
        return radius;
    }

    private static double MeanHits(HammingMatches matches) => Enumerable.Range(0, matches.QueryCount).Average(query => matches[query].Length);
}
