using System.Diagnostics;
using System.Globalization;

namespace SSAH.MLNet.Benchmarks;

/// <summary><c>bench join</c>: groups and pairs of clustered codes within a radius, beside a loop of radius searches.</summary>
internal static class JoinBenchmark
{
    private const int Bits = 64;
    private const int SearchedQueries = 20_000;

    // The clusters of bench hamming.
    private const int Centers = 1000;
    private const double Flip = 0.08;

    public static int Run(string[] args)
    {
        if (!TryRead(args, out int count, out int radius, out int threads))
        {
            Console.Error.WriteLine("usage: bench join [--codes N] [--radius R] [--threads T]   (10000000, 3, 2)");
            return 2;
        }
        BenchmarkRow.PrintMachine();
        BinaryCodes codes = BenchmarkCodes.Clustered(Bits, count, seed: 1, Centers, Flip);
        BenchmarkRow.Note(
            $"{count} codes of {Bits} bits around {Centers} centers, each bit flipped with probability {Flip}; radius {radius}, {threads} threads");
        long start = Stopwatch.GetTimestamp();
        int[] groups = HammingJoin.Groups(codes, radius, threads);
        double grouping = Stopwatch.GetElapsedTime(start).TotalSeconds;
        BenchmarkRow.Note($"groups: {groups.Where((first, row) => first == row).Count()} in {grouping:0.0} s");
        long pairs = 0;
        start = Stopwatch.GetTimestamp();
        HammingJoin.ForEachPair(codes, radius, _ => pairs++, threads);
        double joining = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using (Process process = Process.GetCurrentProcess())
            BenchmarkRow.Note($"pairs: {pairs} in {joining:0.0} s; peak of the process {process.PeakWorkingSet64 >> 20} MiB");
        double searching = SearchSeconds(codes, radius, threads);
        BenchmarkRow.Print($"join-{Bits}-{count}-radius-{radius}", joining, "searches", searching, target: 1);
        return grouping <= 360 && joining <= 360 ? 0 : 1;
    }

    /// <summary>The time that searches for all codes would take, from those for some of them.</summary>
    private static double SearchSeconds(BinaryCodes codes, int radius, int threads)
    {
        var index = new MultiHashIndex(codes);
        BinaryCodes queries = codes.Slice(0, Math.Min(SearchedQueries, codes.Count));
        long start = Stopwatch.GetTimestamp();
        index.SearchRadius(queries, radius, new HammingSearchOptions { Threads = threads });
        return Stopwatch.GetElapsedTime(start).TotalSeconds * codes.Count / queries.Count;
    }

    private static bool TryRead(string[] args, out int count, out int radius, out int threads)
    {
        (count, radius, threads) = (10_000_000, 3, 2);
        for (int i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || !int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value) || value < 1)
                return false;
            switch (args[i])
            {
                case "--codes": count = value; break;
                case "--radius": radius = value; break;
                case "--threads": threads = value; break;
                default: return false;
            }
        }
        return true;
    }
}
