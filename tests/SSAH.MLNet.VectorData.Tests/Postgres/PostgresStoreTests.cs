using Npgsql;
using SSAH.MLNet.Postgres;
using SSAH.MLNet.VectorData.Tests.Laws;

namespace SSAH.MLNet.VectorData.Tests.Postgres;

/// <summary>What only a server can do to a store: rights, lost connections, other people's tables, versions.</summary>
[Collection(PostgresGroup.Name)]
public sealed class PostgresStoreTests : IAsyncLifetime
{
    private readonly PostgresServer _server;
    private readonly string _schema = PostgresServer.NewSchema();

    public PostgresStoreTests(DebianPostgres postgres)
    {
        _server = postgres.Server;
        Assert.SkipUnless(_server.Missing is null, _server.Missing ?? "");
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await _server.ExecuteAsync($"DROP SCHEMA IF EXISTS \"{_schema}\" CASCADE; DROP ROLE IF EXISTS app");

    [Fact]
    public async Task Rights_to_rows_are_enough_to_use_a_collection_that_is_there()
    {
        using PostgresHashVectorStore owner = Open();
        await owner.GetCollection<string, Photo>("photos").EnsureCollectionExistsAsync();
        // The rights that docs/postgres.md names.
        await _server.ExecuteAsync($"""
            CREATE ROLE app LOGIN;
            GRANT USAGE ON SCHEMA "{_schema}" TO app;
            GRANT SELECT ON "{_schema}".ssah_collection TO app;
            GRANT SELECT, UPDATE (model) ON "{_schema}".ssah_vector TO app;
            GRANT SELECT, INSERT, UPDATE, DELETE ON "{_schema}".photos TO app;
            """);
        using var store = new PostgresHashVectorStore(_server.ConnectionString.Replace("Username=ssah", "Username=app", StringComparison.Ordinal),
            new PostgresHashVectorStoreOptions { Schema = _schema });
        VectorStoreCollection<string, Photo> photos = store.GetCollection<string, Photo>("photos");
        await photos.EnsureCollectionExistsAsync();
        var some = new Photos(1);
        await photos.UpsertAsync([some.Next(1000), some.Next(1000)]);
        await photos.UpsertAsync(new Photo { Name = "a", Code = new byte[8] });
        await photos.DeleteAsync("a");
        await photos.UpsertAsync(new Photo { Name = "b", Code = new byte[8] });
        var found = new List<string>();
        await foreach (VectorSearchResult<Photo> match in photos.SearchAsync(new byte[8], 5, new() { VectorProperty = photo => photo.Code }))
            found.Add(match.Record.Name);
        Assert.Contains("b", found);
        Assert.DoesNotContain("a", found);
        VectorStoreCollection<string, Photo> another = store.GetCollection<string, Photo>("another");
        VectorStoreException error = await Assert.ThrowsAsync<VectorStoreException>(() => another.EnsureCollectionExistsAsync());
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, Assert.IsType<PostgresException>(error.InnerException).SqlState);
        await Assert.ThrowsAsync<VectorStoreException>(() => photos.EnsureCollectionDeletedAsync());
        await _server.ExecuteAsync("DROP OWNED BY app");
    }

    [Fact]
    public async Task Lost_connection_is_opened_again()
    {
        using PostgresHashVectorStore store = Open();
        VectorStoreCollection<string, Photo> photos = store.GetCollection<string, Photo>("photos");
        await photos.EnsureCollectionExistsAsync();
        for (int i = 0; i < 3; i++)
        {
            await photos.UpsertAsync(new Photo { Name = $"{i}", Code = new byte[8] });
            await _server.ExecuteAsync("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = 'ssah'");
        }
        Assert.NotNull(await photos.GetAsync("2"));
        using var impatient = new PostgresHashVectorStore(_server.ConnectionString + ";Application Name=impatient",
            new PostgresHashVectorStoreOptions { Schema = _schema, Retries = 0 });
        Assert.NotNull(await impatient.GetCollection<string, Photo>("photos").GetAsync("2"));
        await _server.ExecuteAsync("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'impatient'");
        await Assert.ThrowsAsync<VectorStoreException>(() => impatient.GetCollection<string, Photo>("photos").GetAsync("2"));
    }

    [Fact]
    public async Task Search_that_took_longer_than_its_time_is_tried_again()
    {
        using PostgresHashVectorStore owner = Open();
        await owner.GetCollection<string, Photo>("photos").EnsureCollectionExistsAsync();
        await owner.GetCollection<string, Photo>("photos").UpsertAsync(new Photo { Name = "a", Code = new byte[8] });
        async Task<List<string>> SearchWhileLockedAsync(int retries)
        {
            using var store = new PostgresHashVectorStore(_server.ConnectionString + ";Command Timeout=1",
                new PostgresHashVectorStoreOptions { Schema = _schema, Retries = retries });
            await using var other = new NpgsqlConnection(_server.ConnectionString);
            await other.OpenAsync();
            NpgsqlTransaction transaction = await other.BeginTransactionAsync();
            await using (var command = new NpgsqlCommand($"LOCK TABLE \"{_schema}\".photos IN ACCESS EXCLUSIVE MODE", other))
                await command.ExecuteNonQueryAsync();
            Task release = Task.Run(async () =>
            {
                await Task.Delay(1500);
                await transaction.DisposeAsync();
            });
            var names = new List<string>();
            try
            {
                await foreach (VectorSearchResult<Photo> match in store.GetCollection<string, Photo>("photos").SearchAsync(new byte[8], 5,
                    new() { VectorProperty = photo => photo.Code }))
                    names.Add(match.Record.Name);
            }
            finally
            {
                await release;
            }
            return names;
        }
        await Assert.ThrowsAsync<VectorStoreException>(() => SearchWhileLockedAsync(retries: 0));
        Assert.Equal(["a"], await SearchWhileLockedAsync(retries: 10));
    }

    [Fact]
    public async Task Filter_that_leaves_few_is_answered_from_its_own_index()
    {
        const int count = 20_000, groups = 100, bits = 64;
        using PostgresHashVectorStore store = Open();
        VectorStoreCollection<object, Dictionary<string, object?>> codes = store.GetDynamicCollection("codes", new VectorStoreCollectionDefinition
        {
            Properties = [new VectorStoreKeyProperty("Id", typeof(int)), new VectorStoreDataProperty("Group", typeof(int)) { IsIndexed = true },
                new VectorStoreVectorProperty("Code", typeof(byte[]), bits) { IndexKind = HashIndexKind.MultiHash }],
        });
        await codes.EnsureCollectionExistsAsync();
        var random = new Random(1);
        byte[][] all = [.. Enumerable.Range(0, count).Select(_ => RandomCode(random))];
        await codes.UpsertAsync(all.Select((code, i) => new Dictionary<string, object?> { ["Id"] = i, ["Group"] = i % groups, ["Code"] = code }));
        await _server.ExecuteAsync($"VACUUM ANALYZE \"{_schema}\".codes");
        for (int i = 0; i < 20; i++)
        {
            byte[] query = RandomCode(random);
            int group = random.Next(groups), radius = i % 2 == 0 ? bits : 25;
            var found = await codes.SearchAsync(query, 7, new() { Filter = record => (int)record["Group"]! == group, ScoreThreshold = radius }).ToListAsync();
            Assert.Equal(Enumerable.Range(0, count).Where(id => id % groups == group).Select(id => (Id: id, Distance: Distance(all[id], query)))
                .Where(each => each.Distance <= radius).OrderBy(each => each.Distance).ThenBy(each => each.Id).Take(7),
                found.Select(match => ((int)match.Record["Id"]!, (int)match.Score!)));
        }
        async Task<long> ScansAsync(string of) => (long)(decimal)(await _server.ExecuteAsync(
            $"SELECT sum(idx_scan) FROM pg_stat_user_indexes s JOIN pg_indexes i ON i.indexname = s.indexrelname AND i.schemaname = s.schemaname "
            + $"WHERE s.schemaname = '{_schema}' AND s.relname = 'codes' AND i.indexdef ILIKE '%{of}%'"))!;
        // Servers say with a delay what they did.
        for (int i = 0; i < 100 && await ScansAsync("(\"Group\")") == 0; i++)
            await Task.Delay(100);
        Assert.True(await ScansAsync("(\"Group\")") > 0);
        Assert.Equal(0, await ScansAsync("substring"));
    }

    private static byte[] RandomCode(Random random)
    {
        var code = new byte[8];
        random.NextBytes(code);
        return code;
    }

    private static int Distance(byte[] a, byte[] b) => a.Zip(b, (x, y) => int.PopCount(x ^ y)).Sum();

    [Fact]
    public async Task Tables_of_somebody_else_stay()
    {
        await _server.ExecuteAsync($"CREATE SCHEMA \"{_schema}\"; CREATE TABLE \"{_schema}\".photos (kept int)");
        using PostgresHashVectorStore store = Open();
        await Assert.ThrowsAsync<VectorStoreException>(() => store.GetCollection<string, Photo>("photos").EnsureCollectionExistsAsync());
        await store.EnsureCollectionDeletedAsync("photos");
        Assert.Equal(0L, await _server.ExecuteAsync($"SELECT count(*) FROM \"{_schema}\".photos"));
        Assert.False(await store.CollectionExistsAsync("photos"));
        Assert.Throws<ArgumentException>(() => store.GetCollection<string, Photo>("ssah_version"));
        Assert.Throws<ArgumentException>(() => store.GetCollection<string, Photo>(new string('ä', 32)));
        await store.GetCollection<string, Photo>(new string('ä', 31)).EnsureCollectionExistsAsync();
    }

    [Fact]
    public async Task Tables_are_made_once_and_those_of_a_newer_version_refused()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            using PostgresHashVectorStore store = Open();
            await store.GetCollection<string, Photo>($"photos {i % 2}").EnsureCollectionExistsAsync();
        }));
        using PostgresHashVectorStore any = Open();
        Assert.Equal(2, await any.ListCollectionNamesAsync().CountAsync());
        await _server.ExecuteAsync($"UPDATE \"{_schema}\".ssah_version SET version = 1000");
        VectorStoreException error = await Assert.ThrowsAsync<VectorStoreException>(() => any.GetCollection<string, Photo>("c").EnsureCollectionExistsAsync());
        Assert.Contains("1000", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_of_the_first_version_are_brought_to_this_one_and_keep_their_records()
    {
        using PostgresHashVectorStore store = Open();
        VectorStoreCollection<string, Photo> photos = store.GetCollection<string, Photo>("photos");
        await photos.EnsureCollectionExistsAsync();
        await photos.UpsertAsync(new Photo { Name = "old", Code = new byte[8] });
        int newest = (int)(await _server.ExecuteAsync($"SELECT version FROM \"{_schema}\".ssah_version"))!;
        // The first version had no workers.
        await _server.ExecuteAsync($"""
            SET search_path = "{_schema}";
            DROP VIEW ssah_image;
            DROP TABLE ssah_image_code, ssah_job, ssah_current, ssah_model;
            UPDATE ssah_version SET version = 1;
            """);
        // Whoever is first does it, once.
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async i =>
        {
            using PostgresHashVectorStore each = Open();
            await each.GetCollection<string, Photo>($"photos {i}").EnsureCollectionExistsAsync();
        }));
        Assert.Equal(newest, await _server.ExecuteAsync($"SELECT version FROM \"{_schema}\".ssah_version"));
        Assert.Equal(0L, await _server.ExecuteAsync($"SELECT count(*) FROM \"{_schema}\".ssah_image"));
        Assert.NotNull(await photos.GetAsync("old"));
        Assert.Single(await photos.SearchAsync(new byte[8], 5, new() { VectorProperty = photo => photo.Code }).ToListAsync());
    }

    [Fact]
    public async Task Decimals_are_kept_and_compared_exactly()
    {
        using PostgresHashVectorStore store = Open();
        VectorStoreCollection<object, Dictionary<string, object?>> goods = store.GetDynamicCollection("goods", new VectorStoreCollectionDefinition
        {
            Properties = [new VectorStoreKeyProperty("Id", typeof(int)), new VectorStoreDataProperty("Price", typeof(decimal)),
                new VectorStoreVectorProperty("Code", typeof(byte[]), 8)],
        });
        await goods.EnsureCollectionExistsAsync();
        await goods.UpsertAsync(Enumerable.Range(0, 5).Select(i => new Dictionary<string, object?>
        {
            ["Id"] = i, ["Price"] = 0.1m * i, ["Code"] = new byte[1],
        }));
        Assert.Equal([3], await goods.GetAsync(each => (decimal)each["Price"]! == 0.3m, 5).Select(each => (int)each["Id"]!).ToListAsync());
        Assert.Equal([3, 4], await goods.GetAsync(each => (decimal)each["Price"]! > 0.2m, 5).Select(each => (int)each["Id"]!).ToListAsync());
    }

    [Fact]
    public async Task Index_that_needs_pgvector_says_so_where_there_is_none()
    {
        using PostgresHashVectorStore store = Open();
        VectorStoreException error = await Assert.ThrowsAsync<VectorStoreException>(() => store.GetDynamicCollection("graph", PgvectorTests.Graph)
            .EnsureCollectionExistsAsync());
        Assert.Contains("CREATE EXTENSION vector", error.Message, StringComparison.Ordinal);
        Assert.False(await store.CollectionExistsAsync("graph"));
    }

    private PostgresHashVectorStore Open() => new(_server.ConnectionString, new PostgresHashVectorStoreOptions { Schema = _schema });
}
