using System.Diagnostics;
using System.Globalization;

namespace SSAH.MLNet.Benchmarks;

/// <summary><c>bench evaluator</c>: the evaluation of 10,000 queries on 50,000 codes against what Python and plain C# do.</summary>
internal static class EvaluatorBenchmark
{
    private const int Queries = 10_000, Rows = 50_000, Bits = 64;

    /// <summary>The anchors take the same time for each query, so they are measured on the first ones only.</summary>
    private const int NumpyQueries = 300, SortQueries = 100;

    private const int Repeats = 5;

    // Tie-averaged mAP and nothing else, then with stable order: what the anchors compute. No bootstrap, no diagnostics, no cutoffs.
    private static readonly RetrievalOptions s_tieAveraged =
        new() { StableOrder = false, Diagnostics = false, BootstrapSamples = 0, Cutoffs = [], Threads = 1 };

    private static readonly RetrievalOptions s_stable = s_tieAveraged with { StableOrder = true };

    public static int Run(string[] args)
    {
        if (args.Length > 0)
        {
            Console.Error.WriteLine("usage: bench evaluator   (no options)");
            return 2;
        }
        BenchmarkRow.PrintMachine();
        var data = new EvaluatorData(Queries, Rows, Bits);
        using NumpyAnchor? numpy = NumpyAnchor.Open(data, NumpyQueries);
        double sortMap = 0;
        double[] t = Medians(
            () => Timed(() => data.Evaluate(s_tieAveraged)),
            () => Timed(() => data.Evaluate(s_stable)),
            () => Timed(() => data.Evaluate(s_stable with { Threads = 2 })),
            () => Timed(() => data.Evaluate(new RetrievalOptions { Threads = 2 })),
            () => Timed(() => sortMap = SortLoop.SumOfAveragePrecision(data, SortQueries) / SortQueries) / SortQueries,
            () => (numpy?.Run() ?? 0) / NumpyQueries);
        BenchmarkRow.Print("evaluator-tie-averaged", t[0] / Queries, "csharp-sort", t[4], 60);
        BenchmarkRow.Print("evaluator-stable", t[1] / Queries, "csharp-sort", t[4], 20);
        if (numpy is not null)
        {
            BenchmarkRow.Print("evaluator-tie-averaged", t[0] / Queries, "numpy", t[5], 60);
            BenchmarkRow.Print("evaluator-stable", t[1] / Queries, "numpy", t[5], 20);
        }
        BenchmarkRow.Print("evaluator-stable-two-threads", t[2] / Queries, "one-thread", t[1] / Queries, 1.7);
        // "Well under a second" for all that the default options compute: the anchor is the second, so the ratio is 1/seconds.
        BenchmarkRow.Print("evaluator-headline-two-threads", t[3], "one-second", 1, 1);
        PrintRobustness();
        PrintMemory(data);
        HammingRetrievalMetrics metrics = data.Evaluate(s_stable);
        double StableOfFirst(int count) => metrics.Queries.Take(count).Average(q => q.StableAveragePrecision!.Value);
        bool agree = Agrees("csharp-sort", StableOfFirst(SortQueries), sortMap);
        agree &= numpy is null || Agrees("numpy", StableOfFirst(NumpyQueries), numpy.MeanAveragePrecision);
        return agree ? 0 : 1;
    }

    /// <summary>1,000 queries, each as it is and in 81 views, on 54,000 codes, without the network's time; the anchor is the time that it may take.</summary>
    private static void PrintRobustness()
    {
        const int views = 81, queries = 1000;
        ViewTitle[] titles = [.. Enumerable.Range(0, views).Select(view => new ViewTitle((QueryViewFamily)(view % 7), $"view {view}"))];
        var data = new EvaluatorData((views + 1) * queries, 54_000, Bits);
        // A view keeps the class of its query.
        int[] classes = [.. Enumerable.Range(0, queries).Select(query => data.QueryClasses[query])];
        double seconds = Medians(() => Timed(() => ViewScores.Evaluate(titles, data.Queries, LabelSets.FromClasses(classes), [.. Enumerable.Range(0, queries)],
            data.Database, LabelSets.FromClasses(data.DatabaseClasses), new RetrievalOptions { Threads = 2 }, CancellationToken.None)))[0];
        BenchmarkRow.Print("evaluator-robustness-two-threads", seconds, "two-minutes", 120, 1);
    }

    /// <summary>Median seconds of each body; they take turns, so that a slow moment hits all of them. The first turn warms up.</summary>
    private static double[] Medians(params Func<double>[] bodies)
    {
        double[][] times = [.. bodies.Select(_ => new double[Repeats])];
        for (int repeat = -1; repeat < Repeats; repeat++)
            for (int i = 0; i < bodies.Length; i++)
                if (bodies[i]() is var seconds && repeat >= 0)
                    times[i][repeat] = seconds;
        return [.. times.Select(seconds => seconds.Order().ElementAt(Repeats / 2))];
    }

    private static double Timed(Action body)
    {
        long start = Stopwatch.GetTimestamp();
        body();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>What a further thread allocates is its scratch; the anchor is the matrix of distances, one byte a pair.</summary>
    private static void PrintMemory(EvaluatorData data)
    {
        double one = Allocated(() => data.Evaluate(s_stable)), two = Allocated(() => data.Evaluate(s_stable with { Threads = 2 }));
        double scratch = (two - one) / Rows, whole = two / 1e6, matrix = (double)Queries * Rows / 1e6;
        PrintRow("evaluator-memory-two-threads", whole, "MB", "distance-matrix", matrix, 10);
        PrintRow("evaluator-memory-per-thread-and-row", scratch, "B", "limit", 32, 1);
    }

    private static void PrintRow(string name, double ours, string unit, string anchor, double theirs, double target)
    {
        double ratio = theirs / ours;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"row {name} ours {ours:0.0}{unit} anchor {anchor} {theirs:0.0}{unit} ")
            + string.Create(CultureInfo.InvariantCulture, $"ratio {ratio:0.00} target {target:0.0#} {(ratio >= target ? "ok" : "short")}"));
    }

    private static double Allocated(Action body)
    {
        body();
        long before = GC.GetTotalAllocatedBytes(precise: true);
        body();
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    private static bool Agrees(string anchor, double ours, double theirs)
    {
        bool same = Math.Abs(ours - theirs) < 2e-6;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"check stable-order mAP ours {ours:F6} {anchor} {theirs:F6} {(same ? "equal" : "DIFFERENT")}"));
        return same;
    }
}
