namespace SSAH.MLNet.Benchmarks;

/// <summary><c>bench hamming</c>: every search row of the table of targets.</summary>
internal static class HammingBenchmark
{
    public static int Run(string[] args)
    {
        _ = args;
        foreach ((int bits, double batchTarget, double singleTarget) in new[] { (64, 12.0, 6.0), (128, 7.0, 3.5) })
        {
            BinaryCodes codes = BenchmarkCodes.Uniform(bits, 1_000_000, 1), queries = BenchmarkCodes.Uniform(bits, 100, 2);
            var index = new HammingFlatIndex(codes);
            var one = new HammingSearchOptions { Threads = 1 };
            var two = new HammingSearchOptions { Threads = 2 };
            var avx2 = new HammingSearchOptions { Threads = 1, Level = KernelLevel.Vector256 };
            BinaryCodes[] single = [.. Enumerable.Range(0, 20).Select(i => queries.Slice(i, 1))];
            BinaryCodes few = queries.Slice(0, 20);
            int[] distances = new int[10], rows = new int[10];
            double[] t = Stopwatches.Medians(25,
                () => { for (int i = 0; i < 20; i++) PopCountLoop.Search(codes.Words, queries[i], distances, rows); },
                () => index.Search(queries, 10, one),
                () => { foreach (BinaryCodes query in single) index.Search(query, 10, one); },
                () => index.Search(queries, 10, avx2),
                () => index.Search(queries, 10, two),
                () => { foreach (BinaryCodes query in single) index.Search(query, 10, two); });
            BenchmarkRow.Print($"{bits}-batch", t[1], "popcount", t[0] * 5, batchTarget, 100);
            BenchmarkRow.Print($"{bits}-single", t[2], "popcount", t[0], singleTarget, 20);
            BenchmarkRow.Print($"{bits}-batch-avx2", t[3], "popcount", t[0] * 5, bits == 64 ? 4 : 2.5, 100);
            BenchmarkRow.Print($"{bits}-batch-two", t[4], "one", t[1], 1.7, 100);
            BenchmarkRow.Print($"{bits}-single-two", t[5], "one", t[2], 1.0, 20);
        }
        return 0;
    }
}
