using Microsoft.Extensions.VectorData;
using SSAH.MLNet.Postgres;
using SSAH.MLNet.VectorData;
using SSAH.MLNet.VectorData.Tests.Postgres;

namespace SSAH.MLNet.Benchmarks.Scale;

/// <summary><c>bench scale</c>: the stores beside the bare index, in one run: loading, size, nearest, within a radius, filtered.</summary>
internal static class ScaleBenchmark
{
    private const int K = 10, Repeats = 5, Queries = 100, ServerQueries = 20;

    public static int Run(string[] args)
    {
        if (ScaleOptions.Parse(args) is not { } options)
        {
            Console.Error.WriteLine(ScaleOptions.Usage);
            return 2;
        }
        BenchmarkRow.PrintMachine();
        BinaryCodes codes = BenchmarkCodes.Clustered(options.Bits, options.Codes, seed: 1, 1000, 0.08),
            queries = BenchmarkCodes.Clustered(options.Bits, Queries, seed: 2, 1000, 0.08);
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
                MeasurePostgres(codes, queries, bare, options.GraphCodes).GetAwaiter().GetResult();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
        return 0;
    }

    private static void MeasureSqlite(DirectoryInfo folder, BinaryCodes codes, BinaryCodes queries, HammingFlatIndex bare)
    {
        using var store = new SqliteHashVectorStore(Path.Combine(folder.FullName, "store.db"));
        byte[][] packed = [.. Enumerable.Range(0, Queries).Select(i => StoreLoad.Packed(queries, i))];
        var load = new StoreLoad(store, "flat", IndexKind.Flat, codes);
        double filling = load.Fill();
        double size = new FileInfo(store.Path).Length / 1e6;
        BenchmarkRow.Note($"sqlite: {codes.Count} records of {codes.Bits} bits stored in {filling:0.0} s; the file has {size:0} MB");
        BenchmarkRow.Note($"sqlite: the first search, which reads all codes, {Seconds(() => load.Search(packed[..1], K)):0.00} s");
        SayRecall("sqlite", load, packed, bare, queries);
        BinaryCodes[] single = [.. Enumerable.Range(0, Queries).Select(i => queries.Slice(i, 1))];
        // Processor seconds: all of it happens in this process.
        double[] seconds = Stopwatches.MedianCosts(Repeats, [.. new Action[]
        {
            () => load.Search(packed, K), () => Array.ForEach(single, code => bare.Search(code, K)),
            () => load.Search(packed, 1000, radius: 4), () => Array.ForEach(single, code => bare.SearchRadius(code, 4)),
            () => load.Search(packed, K, groupOf: _ => 7), () => load.Search(packed, K, groupOf: i => i),
        }.Select(body => (Func<double>)(() => Stopwatches.ProcessorSecondsOf(body)))]);
        BenchmarkRow.Print($"sqlite-nearest-{K}", seconds[0], "bare-index", seconds[1], target: 0.67, Queries);
        BenchmarkRow.Print("sqlite-within-4", seconds[2], "bare-index", seconds[3], target: 0, Queries);
        BenchmarkRow.Print("sqlite-filter-leaves-a-hundredth", seconds[4], "without-filter", seconds[0], target: 1, Queries);
        BenchmarkRow.Note($"sqlite: with a filter that was not asked for before {seconds[5] / Queries * 1e6:0} us");
    }

    private static async Task MeasurePostgres(BinaryCodes codes, BinaryCodes queries, HammingFlatIndex bare, int graphCodes)
    {
        await using PostgresServer server = await TestServers.AnyAsync();
        if (server.Missing is not null)
        {
            BenchmarkRow.Note($"postgres: {server.Missing}");
            return;
        }
        object? version = await server.ExecuteAsync("SHOW server_version"), buffers = await server.ExecuteAsync("SHOW shared_buffers");
        BenchmarkRow.Note($"postgres: {version}, {buffers} of shared buffers");
        using var store = new PostgresHashVectorStore(server.ConnectionString);
        BinaryCodes few = queries.Slice(0, ServerQueries);
        StoreLoad flat = await FilledAsync(server, store, IndexKind.Flat, codes, few, bare);
        Compare("postgres-flat", flat, "bare-index", new IndexLoad(bare, few), few);
        StoreLoad multiHash = await FilledAsync(server, store, HashIndexKind.MultiHash, codes, few, bare);
        Compare("postgres-multihash", multiHash, "postgres-flat", flat, few);
        if (!server.HasPgvector)
            return;
        await server.ExecuteAsync("CREATE EXTENSION vector");
        BinaryCodes part = codes.Slice(0, graphCodes);
        StoreLoad graph = await FilledAsync(server, store, IndexKind.Hnsw, part, few, new HammingFlatIndex(part));
        StoreLoad scanned = await FilledAsync(server, store, IndexKind.Flat, part, few, new HammingFlatIndex(part), "flat-part");
        Compare("postgres-hnsw", graph, "postgres-flat-part", scanned, few);
    }

    private static async Task<StoreLoad> FilledAsync(PostgresServer server, VectorStore store, string kind, BinaryCodes codes, BinaryCodes queries,
        HammingFlatIndex bare, string? named = null)
    {
        string name = named ?? kind.ToLowerInvariant();
        var load = new StoreLoad(store, name, kind, codes);
        double filling = load.Fill();
        await server.ExecuteAsync("VACUUM ANALYZE");
        double table = (long)(await server.ExecuteAsync($"SELECT pg_table_size('ssah.{name}')"))! / 1e6,
            indexes = (long)(await server.ExecuteAsync($"SELECT pg_indexes_size('ssah.{name}')"))! / 1e6;
        BenchmarkRow.Note($"postgres-{name}: {codes.Count} records stored in {filling:0.0} s; table {table:0} MB, indexes {indexes:0} MB");
        SayRecall($"postgres-{name}", load, [.. Enumerable.Range(0, queries.Count).Select(i => StoreLoad.Packed(queries, i))], bare, queries);
        return load;
    }

    private static void Compare(string name, StoreLoad ours, string anchorName, ILoad anchor, BinaryCodes queries)
    {
        byte[][] packed = [.. Enumerable.Range(0, queries.Count).Select(i => StoreLoad.Packed(queries, i))];
        double[] seconds = Stopwatches.Medians(Repeats, () => ours.Search(packed, K), () => anchor.Search(packed, K),
            () => ours.Search(packed, 1000, radius: 4), () => anchor.Search(packed, 1000, radius: 4), () => ours.Search(packed, K, groupOf: i => i));
        BenchmarkRow.Print($"{name}-nearest-{K}", seconds[0], anchorName, seconds[1], target: 0, queries.Count);
        BenchmarkRow.Print($"{name}-within-4", seconds[2], anchorName, seconds[3], target: 0, queries.Count);
        BenchmarkRow.Print($"{name}-filter-leaves-a-hundredth", seconds[4], "without-filter", seconds[0], target: 1, queries.Count);
    }

    // The answers are looked at first: a fast one that is wrong is none.
    private static void SayRecall(string name, StoreLoad load, byte[][] packed, HammingFlatIndex bare, BinaryCodes queries)
    {
        int[] farthest = [.. Enumerable.Range(0, queries.Count).Select(i => bare.Search(queries.Slice(i, 1), K)[0][K - 1].Distance)];
        double recall = Enumerable.Range(0, queries.Count).Average(i => load.Search(packed[i..(i + 1)], K).Count(score => score <= farthest[i])) / K;
        BenchmarkRow.Note($"{name}: recall {recall:0.000}, {K}-th distance {farthest.Average():0.0} of {queries.Bits} bits");
    }

    private static double Seconds(Action run)
    {
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        run();
        return System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
