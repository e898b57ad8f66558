using SSAH.MLNet.Postgres;

namespace SSAH.MLNet.VectorData.Tests.Postgres;

/// <summary>A graph of pgvector's, where a server with it can be started.</summary>
public sealed class PgvectorTests : IAsyncLifetime
{
    private PostgresServer _server = null!;

    public static VectorStoreCollectionDefinition Graph => new()
    {
        Properties =
        [
            new VectorStoreKeyProperty("Id", typeof(int)), new VectorStoreDataProperty("Group", typeof(int)) { IsIndexed = true },
            new VectorStoreVectorProperty("Code", typeof(byte[]), 64) { IndexKind = IndexKind.Hnsw },
        ],
    };

    public async ValueTask InitializeAsync() => _server = await TestServers.WithPgvectorAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Graph_finds_nearly_all_that_is_nearest_in_true_distances()
    {
        Assert.SkipUnless(_server.Missing is null, _server.Missing ?? "");
        const int count = 5000, queries = 40, k = 10;
        await _server.ExecuteAsync("CREATE EXTENSION vector");
        using var store = new PostgresHashVectorStore(_server.ConnectionString);
        VectorStoreCollection<object, Dictionary<string, object?>> graph = store.GetDynamicCollection("graph", Graph);
        await graph.EnsureCollectionExistsAsync();
        var random = new Random(1);
        byte[][] codes = [.. Enumerable.Range(0, count).Select(_ => Random(random))];
        await graph.UpsertAsync(codes.Select((code, i) => new Dictionary<string, object?> { ["Id"] = i, ["Group"] = i % 2, ["Code"] = code }));
        int found = 0;
        for (int i = 0; i < queries; i++)
        {
            byte[] query = Random(random);
            int[] nearest = [.. codes.Select(code => Distance(code, query)).Order().Take(k)];
            var matches = await graph.SearchAsync(query, k).ToListAsync();
            Assert.All(matches, match => Assert.Equal(Distance(codes[(int)match.Record["Id"]!], query), match.Score));
            Assert.Equal(matches.OrderBy(match => match.Score).ThenBy(match => (int)match.Record["Id"]!), matches);
            found += matches.Count(match => match.Score <= nearest[^1]);
            var filtered = await graph.SearchAsync(query, k, new() { Filter = record => (int)record["Group"]! == 1, ScoreThreshold = 30 }).ToListAsync();
            Assert.All(filtered, match => Assert.True((int)match.Record["Group"]! == 1 && match.Score <= 30));
        }
        Assert.InRange(found, queries * k * 9 / 10, queries * k);
    }

    private static byte[] Random(Random random)
    {
        var code = new byte[8];
        random.NextBytes(code);
        return code;
    }

    private static int Distance(byte[] a, byte[] b) => a.Zip(b, (x, y) => int.PopCount(x ^ y)).Sum();
}
