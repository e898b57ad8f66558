using Microsoft.Extensions.VectorData;
using Npgsql;
using SSAH.MLNet.Postgres;
using SSAH.MLNet.VectorData;
using SSAH.MLNet.VectorData.Tests.Postgres;

namespace SSAH.MLNet.Benchmarks.Scale;

/// <summary>PostgreSQL, exact and with pgvector. Costs are processor seconds of the server and of this process together.</summary>
internal sealed class PostgresScale
{
    private const int K = ScaleBenchmark.K, EqualCodes = 500, MostForEqualCodes = 1_000_000;

    private readonly PostgresServer _server;
    private readonly ServerProcesses _processes;
    private readonly PostgresHashVectorStore _store;
    private readonly BinaryCodes _queries;
    private readonly int _repeats;

    private PostgresScale(PostgresServer server, ServerProcesses processes, PostgresHashVectorStore store, BinaryCodes queries, int repeats) =>
        (_server, _processes, _store, _queries, _repeats) = (server, processes, store, queries, repeats);

    public static async Task MeasureAsync(BinaryCodes codes, BinaryCodes queries, ScaleOptions options, HammingFlatIndex bare)
    {
        await using PostgresServer server = await TestServers.AnyAsync();
        if (server.Missing is not null)
        {
            BenchmarkRow.Note($"postgres: {server.Missing}");
            return;
        }
        object? version = await server.ExecuteAsync("SHOW server_version"), buffers = await server.ExecuteAsync("SHOW shared_buffers");
        BenchmarkRow.Note($"postgres: {version}, {buffers} of shared buffers; the costs of its rows are processor seconds of server and client");
        var processes = ServerProcesses.Of((string)(await server.ExecuteAsync("SHOW data_directory"))!);
        using var store = new PostgresHashVectorStore(server.ConnectionString);
        var scale = new PostgresScale(server, processes, store, queries.Slice(0, ScaleBenchmark.Queries(codes, onServer: true)), ScaleBenchmark.Repeats(codes));
        await scale.MeasureExactAsync(codes, options.PieceCodes, bare);
        if (!server.HasPgvector)
            return;
        await server.ExecuteAsync("CREATE EXTENSION vector");
        await scale.MeasureGraphAsync(codes.Slice(0, options.GraphCodes));
    }

    private async Task MeasureExactAsync(BinaryCodes codes, int pieceCodes, HammingFlatIndex bare)
    {
        StoreLoad flat = await FilledAsync("flat", IndexKind.Flat, codes, bare);
        Compare("postgres-flat", flat, "bare-index", new IndexLoad(bare, _queries));
        if (pieceCodes == 0)
            return;
        BinaryCodes part = codes.Slice(0, pieceCodes);
        var bareOfAsMany = new HammingFlatIndex(part);
        StoreLoad multiHash = await FilledAsync("multihash", HashIndexKind.MultiHash, part, bareOfAsMany);
        StoreLoad scanned = pieceCodes == codes.Count ? flat : await FilledAsync("flat-of-as-many", IndexKind.Flat, part, bareOfAsMany);
        Compare("postgres-multihash", multiHash, "postgres-flat", scanned);
    }

    private async Task MeasureGraphAsync(BinaryCodes codes)
    {
        var bare = new HammingFlatIndex(codes);
        StoreLoad graph = await FilledAsync("hnsw", IndexKind.Hnsw, codes, bare);
        StoreLoad scanned = await FilledAsync("flat-part", IndexKind.Flat, codes, bare);
        Compare("postgres-hnsw", graph, "postgres-flat-of-as-many", scanned);
        await MeasureEqualCodesAsync(codes.Bits, Math.Min(codes.Count, MostForEqualCodes));
    }

    // Near copies of one image have equal codes: a graph has many neighbors at distance 0 to go to, and may never come to the others.
    private async Task MeasureEqualCodesAsync(int bits, int count)
    {
        BinaryCodes codes = BenchmarkCodes.Clustered(bits, count, seed: 3, Math.Max(1, count / EqualCodes), 0.005);
        var bare = new HammingFlatIndex(codes);
        StoreLoad graph = await FilledAsync("hnsw-equal", IndexKind.Hnsw, codes, bare);
        byte[][] packed = StoreLoad.Packed(codes.Slice(0, Math.Min(count, 100)));
        int there = 0, wanted = 0, found = 0, foundOfWanted = 0;
        for (int i = 0; i < packed.Length; i++)
        {
            int equal = bare.SearchRadius(codes.Slice(i, 1), 0)[0].Length;
            there += equal;
            wanted += Math.Min(equal, K);
            found += graph.Search([packed[i]], 1000, radius: 0).Count;
            foundOfWanted += graph.Search([packed[i]], K, radius: 0).Count;
        }
        double ofFew = (double)foundOfWanted / wanted, ofAll = (double)found / there;
        BenchmarkRow.Note($"postgres-hnsw-equal: {(double)there / packed.Length:0} codes equal to a query; found of {K} {ofFew:0.000}, of all {ofAll:0.000}");
    }

    /// <summary>Loads a collection. What is slow to keep in step (pieces, graphs) is made after the rows, as docs/postgres.md says.</summary>
    private async Task<StoreLoad> FilledAsync(string name, string kind, BinaryCodes codes, HammingFlatIndex bare)
    {
        var load = new StoreLoad(_store, name, kind, codes);
        load.Create();
        string[] later = await TakeIndexesAsync(name);
        ScaleCost filling = ScaleCost.Of(load.Fill, _processes),
            indexing = ScaleCost.Of(() => MakeIndexesAsync(later, codes.Count).GetAwaiter().GetResult(), _processes);
        await RunLongAsync($"VACUUM ANALYZE ssah.\"{name}\"");
        double table = (long)(await _server.ExecuteAsync($"SELECT pg_table_size('ssah.\"{name}\"')"))! / 1e6,
            indexes = (long)(await _server.ExecuteAsync($"SELECT pg_indexes_size('ssah.\"{name}\"')"))! / 1e6;
        BenchmarkRow.Note($"postgres-{name}: {codes.Count} records of {codes.Bits} bits stored in {filling}; table {table:0} MB, indexes {indexes:0} MB");
        if (later.Length > 0)
            BenchmarkRow.Note($"postgres-{name}: {later.Length} indexes over codes made after them in {indexing}");
        ScaleBenchmark.SayRecall($"postgres-{name}", load, bare, _queries);
        return load;
    }

    private async Task<string[]> TakeIndexesAsync(string name)
    {
        string ofCodes = $"FROM pg_indexes WHERE schemaname = 'ssah' AND tablename = '{name}' "
            + "AND (indexdef ILIKE '%substring%' OR indexdef LIKE '%USING hnsw%')";
        object? definitions = await _server.ExecuteAsync($"SELECT array_agg(indexdef) {ofCodes}"),
            drop = await _server.ExecuteAsync($"SELECT string_agg(format('DROP INDEX ssah.%I', indexname), '; ') {ofCodes}");
        if (definitions is not string[] later)
            return [];
        await _server.ExecuteAsync((string)drop!);
        return later;
    }

    // A graph that outgrows its memory is built on disk from there on, many times slower; a kilobyte a code holds one of 16 neighbors.
    private Task MakeIndexesAsync(string[] definitions, int codes) => definitions.Length == 0 ? Task.CompletedTask
        : RunLongAsync($"SET maintenance_work_mem = '{1 + codes / 1_000_000}GB'; {string.Join("; ", definitions)}");

    private async Task RunLongAsync(string sql)
    {
        await using var connection = new NpgsqlConnection($"{_server.ConnectionString};Command Timeout=0");
        connection.Notice += (_, notice) => BenchmarkRow.Note($"postgres: {notice.Notice.MessageText}");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private void Compare(string name, StoreLoad ours, string anchorName, ILoad anchor)
    {
        byte[][] packed = StoreLoad.Packed(_queries);
        double[] seconds = Stopwatches.MedianCosts(_repeats, [.. new Action[]
        {
            () => ours.Search(packed, K), () => anchor.Search(packed, K), () => ours.Search(packed, 1000, radius: 4),
            () => anchor.Search(packed, 1000, radius: 4), () => ours.Search(packed, K, groupOf: i => i),
        }.Select(body => (Func<double>)(() => ScaleCost.ProcessorOf(body, _processes)))]);
        BenchmarkRow.Print($"{name}-nearest-{K}", seconds[0], anchorName, seconds[1], target: 0, packed.Length);
        BenchmarkRow.Print($"{name}-within-4", seconds[2], anchorName, seconds[3], target: 0, packed.Length);
        BenchmarkRow.Print($"{name}-filter-leaves-a-hundredth", seconds[4], "without-filter", seconds[0], target: 1, packed.Length);
    }
}
