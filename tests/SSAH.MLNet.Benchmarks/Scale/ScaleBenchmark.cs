using Microsoft.Extensions.VectorData;
using SSAH.MLNet.VectorData;

namespace SSAH.MLNet.Benchmarks.Scale;

/// <summary><c>bench scale</c>: the stores beside the bare index, in one run: loading, size, nearest, within a radius, filtered.</summary>
internal static class ScaleBenchmark
{
    public const int K = 10;

    private const int ManyCodes = 5_000_000, OtherTurns = 100;

    /// <summary>Searches that a figure is taken from; fewer where each takes long.</summary>
    public static int Queries(BinaryCodes codes, bool onServer) => (onServer ? 20 : 100) / (codes.Count > ManyCodes ? 5 : 1);

    /// <summary>How often all of them are repeated.</summary>
    public static int Repeats(BinaryCodes codes) => codes.Count > ManyCodes ? 3 : 5;

    public static int Run(string[] args)
    {
        if (ScaleOptions.Parse(args) is not { } options)
        {
            Console.Error.WriteLine(ScaleOptions.Usage);
            return 2;
        }
        BenchmarkRow.PrintMachine();
        BinaryCodes codes = BenchmarkCodes.Clustered(options.Bits, options.Codes, seed: 1, 1000, 0.08),
            queries = BenchmarkCodes.Clustered(options.Bits, 100, seed: 2, 1000, 0.08);
        var bare = new HammingFlatIndex(codes);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ssah-scale-");
        try
        {
            if (options.Places.Contains("sqlite"))
                MeasureSqlite(folder, codes, queries, bare);
            if (options.Places.Contains("usearch"))
                UsearchScale.Measure(codes.Slice(0, options.GraphCodes), queries);
            if (options.Places.Contains("shards"))
                ShardScale.MeasureAsync(folder.CreateSubdirectory("shards").FullName, codes, queries, bare).GetAwaiter().GetResult();
            if (options.Places.Contains("postgres"))
                PostgresScale.MeasureAsync(codes, queries, options, bare).GetAwaiter().GetResult();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
        return 0;
    }

    private static void MeasureSqlite(DirectoryInfo folder, BinaryCodes codes, BinaryCodes all, HammingFlatIndex bare)
    {
        using var store = new SqliteHashVectorStore(Path.Combine(folder.FullName, "store.db"));
        BinaryCodes queries = all.Slice(0, Queries(codes, onServer: false));
        byte[][] packed = StoreLoad.Packed(queries);
        var load = new StoreLoad(store, "flat", IndexKind.Flat, codes);
        ScaleCost filling = ScaleCost.Of(load.Fill);
        double size = new FileInfo(store.Path).Length / 1e6;
        BenchmarkRow.Note($"sqlite: {codes.Count} records of {codes.Bits} bits stored in {filling}; the file has {size:0} MB");
        BenchmarkRow.Note($"sqlite: the first search, which reads all codes, {ScaleCost.Of(() => load.Search(packed[..1], K))}");
        SayRecall("sqlite", load, bare, queries);
        // Other queries each time: most of what they find was not read before.
        byte[][] others = StoreLoad.Packed(BenchmarkCodes.Clustered(codes.Bits, packed.Length * OtherTurns, seed: 3, 1000, 0.08));
        int turn = 0;
        BinaryCodes[] single = [.. Enumerable.Range(0, queries.Count).Select(i => queries.Slice(i, 1))];
        // Processor seconds: all of it happens in this process.
        double[] seconds = Stopwatches.MedianCosts(Repeats(codes), [.. new Action[]
        {
            () => load.Search(packed, K), () => Array.ForEach(single, code => bare.Search(code, K)),
            () => load.Search(packed, 1000, radius: 4), () => Array.ForEach(single, code => bare.SearchRadius(code, 4)),
            () => load.Search(packed, K, groupOf: _ => 7), () => load.Search(packed, K, groupOf: i => i),
            () => load.Search([.. others.Skip(turn++ % OtherTurns * packed.Length).Take(packed.Length)], K),
        }.Select(body => (Func<double>)(() => Stopwatches.ProcessorSecondsOf(body)))]);
        BenchmarkRow.Print($"sqlite-nearest-{K}", seconds[0], "bare-index", seconds[1], target: 0.67, queries.Count);
        BenchmarkRow.Print($"sqlite-nearest-{K}-records-not-read-before", seconds[6], "bare-index", seconds[1], target: 0, queries.Count);
        BenchmarkRow.Print("sqlite-within-4", seconds[2], "bare-index", seconds[3], target: 0, queries.Count);
        BenchmarkRow.Print("sqlite-filter-leaves-a-hundredth", seconds[4], "without-filter", seconds[0], target: 1, queries.Count);
        BenchmarkRow.Note($"sqlite: with a filter that was not asked for before {seconds[5] / queries.Count * 1e6:0} us");
    }

    /// <summary>The answers are looked at first: a fast one that is wrong is none.</summary>
    public static void SayRecall(string name, StoreLoad load, HammingFlatIndex bare, BinaryCodes queries)
    {
        byte[][] packed = StoreLoad.Packed(queries);
        int[] farthest = [.. Enumerable.Range(0, queries.Count).Select(i => bare.Search(queries.Slice(i, 1), K)[0][K - 1].Distance)];
        double recall = Enumerable.Range(0, queries.Count).Average(i => load.Search(packed[i..(i + 1)], K).Count(score => score <= farthest[i])) / K;
        BenchmarkRow.Note($"{name}: recall {recall:0.000}, {K}-th distance {farthest.Average():0.0} of {queries.Bits} bits");
    }
}
