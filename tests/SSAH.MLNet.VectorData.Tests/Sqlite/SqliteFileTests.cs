using System.Text;
using System.Text.Json;
using SSAH.MLNet.VectorData.Tests.Laws;

namespace SSAH.MLNet.VectorData.Tests.Sqlite;

/// <summary>The file of a store: its size, its neighbors, and what becomes of damaged ones.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deleting_gives_the_space_back(bool dropsCollection)
    {
        using var store = new SqliteHashVectorStore(_folder.At("store.db"));
        VectorStoreCollection<string, Photo> photos = store.GetCollection<string, Photo>("photos");
        await photos.EnsureCollectionExistsAsync();
        string[] names = [.. Enumerable.Range(0, 2000).Select(i => $"{i}")];
        await photos.UpsertAsync(names.Select(name => new Photo { Name = name, Thumbnail = new byte[4000], Code = new byte[8] }));
        await photos.DeleteAsync("0");
        long full = new FileInfo(store.Path).Length;
        Assert.InRange(full, 8_000_000, long.MaxValue);
        if (dropsCollection)
            await photos.EnsureCollectionDeletedAsync();
        else
            await photos.DeleteAsync(names);
        Assert.InRange(new FileInfo(store.Path).Length, 0, 1_000_000);
    }

    [Fact]
    public void Store_needs_a_folder_and_a_file_that_is_one()
    {
        Assert.Throws<DirectoryNotFoundException>(() => new SqliteHashVectorStore(_folder.At("none/store.db")));
        File.WriteAllText(_folder.At("text.db"), new string('x', 500));
        Assert.Throws<DamagedFileException>(() => new SqliteHashVectorStore(_folder.At("text.db")));
        File.WriteAllBytes(_folder.At("empty.db"), []);
        Assert.Throws<DamagedFileException>(() => new SqliteHashVectorStore(_folder.At("empty.db")));
        using HashEncoder encoder = HashEncoder.PerceptualHash();
        Collections.ImageCollection.Create(_folder.At("images.db"), encoder).Dispose();
        Assert.Contains("ImageCollection", Assert.Throws<DamagedFileException>(() => new SqliteHashVectorStore(_folder.At("images.db"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Store_that_is_closed_says_so_and_leaves_one_file()
    {
        var store = new SqliteHashVectorStore(_folder.At("store.db"));
        VectorStoreCollection<string, Photo> photos = store.GetCollection<string, Photo>("photos");
        store.Dispose();
        store.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => photos.GetAsync("a"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => photos.UpsertAsync(new Photo { Name = "a" }));
        Assert.Equal(["store.db"], Directory.EnumerateFiles(Path.GetDirectoryName(store.Path)!).Select(path => Path.GetFileName(path)));
    }

    [Fact]
    public async Task Damaged_stores_end_in_an_error_or_in_what_was_written()
    {
        string path = _folder.At("store.db");
        var photos = new Photos(3);
        Photo[] written = [.. Enumerable.Range(0, 40).Select(_ => photos.Next(10_000))];
        using (var store = new SqliteHashVectorStore(path))
        {
            await store.GetCollection<string, Photo>("photos").EnsureCollectionExistsAsync();
            await store.GetCollection<string, Photo>("photos").UpsertAsync(written);
        }
        byte[] whole = await File.ReadAllBytesAsync(path);
        string expected = await TextOf(path);
        var random = new Random(5);
        int read = 0, refused = 0;
        for (int i = 0; i < 150; i++)
        {
            byte[] bytes = [.. whole];
            for (int flips = random.Next(1, 4); flips > 0; flips--)
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            string damaged = _folder.At($"damaged{i}.db");
            await File.WriteAllBytesAsync(damaged, i % 10 == 0 ? bytes[..random.Next(bytes.Length)] : bytes);
            try
            {
                using var store = new SqliteHashVectorStore(damaged);
                VectorStoreCollection<string, Photo> found = store.GetCollection<string, Photo>("photos");
                var options = new VectorSearchOptions<Photo> { VectorProperty = photo => photo.Code, IncludeVectors = true };
                await foreach (VectorSearchResult<Photo> match in found.SearchAsync(new byte[8], 50, options))
                    // A turned bit of a code is never a wrong distance.
                    Assert.Equal(match.Record.Code!.Sum(each => int.PopCount(each)), match.Score);
                store.Dispose();
                Assert.Equal(expected, await TextOf(damaged));
                read++;
            }
            catch (Exception error) when (error is DamagedFileException or VectorStoreException)
            {
                refused++;
            }
        }
        Assert.InRange(read, 1, 150);
        Assert.InRange(refused, 5, 150);
    }

    private static async Task<string> TextOf(string path)
    {
        using var store = new SqliteHashVectorStore(path);
        var text = new StringBuilder();
        await foreach (string name in store.ListCollectionNamesAsync())
            text.Append(name);
        var all = new FilteredRecordRetrievalOptions<Photo> { IncludeVectors = true };
        await foreach (Photo photo in store.GetCollection<string, Photo>("photos").GetAsync(photo => photo.Name != "", 100, all))
            text.Append(JsonSerializer.Serialize(photo));
        return text.ToString();
    }

    [Theory]
    [InlineData("UPDATE records_1 SET Size = 1066 WHERE ssah_id = 1")]
    [InlineData("UPDATE records_1 SET ssah_codes = 5 WHERE ssah_id = 1")]
    [InlineData("UPDATE records_1 SET ssah_id = 1000 WHERE ssah_id = 1")]
    [InlineData("DELETE FROM codes_1_0 WHERE record = 1")]
    [InlineData("UPDATE collection SET name = 'other'")]
    [InlineData("UPDATE collection SET revision = revision + 1")]
    [InlineData("UPDATE vector SET bits = 32 WHERE place = 0")]
    [InlineData("UPDATE vector SET model = 'sha256:other' WHERE place = 0")]
    [InlineData("UPDATE change SET record = record + 1")]
    [InlineData("DELETE FROM seal")]
    [InlineData("PRAGMA user_version = 0")]
    [InlineData("PRAGMA user_version = 3")]
    public async Task What_was_not_written_by_the_library_is_said(string sql)
    {
        string path = _folder.At("store.db");
        using (var store = new SqliteHashVectorStore(path))
        {
            VectorStoreCollection<string, Photo> made = store.GetCollection<string, Photo>("photos");
            await made.EnsureCollectionExistsAsync();
            Photo[] written = [.. Enumerable.Range(0, 5).Select(i => new Photo { Name = $"{i}", Year = 2000 + i, Code = [.. new byte[7], (byte)i] })];
            await made.UpsertAsync(written);
            await made.DeleteAsync("4");
        }
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False;Foreign Keys=False"))
        {
            connection.Open();
            using Microsoft.Data.Sqlite.SqliteCommand command = connection.CreateCommand();
            command.CommandText = sql;
            Assert.True(command.ExecuteNonQuery() > 0 || sql.StartsWith("PRAGMA", StringComparison.Ordinal));
        }
        Assert.Throws<DamagedFileException>(() => new SqliteHashVectorStore(path).Dispose());
    }

    [Theory]
    [InlineData("CREATE TABLE other (a INTEGER)")]
    [InlineData("CREATE VIRTUAL TABLE records_9 USING fts5(a)")]
    [InlineData("DROP TABLE codes_1_0")]
    [InlineData("DROP TABLE seal; CREATE TABLE seal (collection INTEGER)")]
    [InlineData("ALTER TABLE records_1 ADD COLUMN more INTEGER GENERATED ALWAYS AS (Size + 1) VIRTUAL")]
    [InlineData("ALTER TABLE records_1 RENAME COLUMN Size TO Length")]
    [InlineData("CREATE INDEX records_1_more ON records_1 (abs(Size))")]
    [InlineData("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'TEXT', 'TEXT COLLATE none') WHERE name = 'records_1'")]
    [InlineData("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'codes_1_0', 'codes_1_1') WHERE name = 'codes_1_0'")]
    [InlineData("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'CREATE', 'CRATE') WHERE name = 'codes_1_0'")]
    [InlineData("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET tbl_name = 'vector' WHERE name = 'codes_1_0'")]
    public async Task Tables_that_the_library_does_not_make_are_damage(string sql)
    {
        string path = _folder.At("store.db");
        using (var store = new SqliteHashVectorStore(path))
        {
            VectorStoreCollection<string, Photo> made = store.GetCollection<string, Photo>("photos");
            await made.EnsureCollectionExistsAsync();
            await made.UpsertAsync(Enumerable.Range(0, 5).Select(i => new Photo { Name = $"{i}", Year = 2000 + i, Code = [.. new byte[7], (byte)i] }));
        }
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False;Foreign Keys=False"))
        {
            connection.Open();
            using Microsoft.Data.Sqlite.SqliteCommand command = connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
        Exception? error = await Record.ExceptionAsync(() => TextOf(path));
        Assert.True(error is DamagedFileException or VectorStoreException { InnerException: DamagedFileException }, $"{error}");
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ALTER TABLE records_1 ADD COLUMN more INTEGER GENERATED ALWAYS AS (Size + 1) VIRTUAL")]
    [InlineData("ALTER TABLE records_1 ADD COLUMN more INTEGER CHECK (abs(more) > 0)")]
    [InlineData("ALTER TABLE records_1 ADD COLUMN more ANY")]
    [InlineData("CREATE INDEX records_1_more ON records_1 (abs(Size))")]
    [InlineData("CREATE INDEX records_1_by_90 ON codes_1_0 (code)")]
    [InlineData("CREATE TABLE records_2 (a INTEGER PRIMARY KEY) STRICT")]
    [InlineData("CREATE TABLE codes_1_9 (record INTEGER PRIMARY KEY REFERENCES records_1 (ssah_id) ON DELETE CASCADE, code BLOB NOT NULL) STRICT")]
    [InlineData("CREATE VIEW sqlite_more AS SELECT 1")]
    [InlineData("CREATE TRIGGER sqlite_more AFTER UPDATE ON collection BEGIN DELETE FROM change; END")]
    public async Task Tables_of_collections_that_no_program_uses_are_compared_at_opening(string sql)
    {
        string path = _folder.At("store.db");
        using (var store = new SqliteHashVectorStore(path))
            await store.GetCollection<string, Photo>("photos").EnsureCollectionExistsAsync();
        await ExecuteAsync(path, "ANALYZE");
        new SqliteHashVectorStore(path).Dispose();
        // Names of SQLite's own can be given so alone.
        await ExecuteAsync(path, $"PRAGMA writable_schema = ON; {sql}");
        Assert.Contains("its tables", Assert.Throws<DamagedFileException>(() => new SqliteHashVectorStore(path).Dispose()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Search_never_gives_one_record_for_another_that_is_gone(bool hasSearched)
    {
        string path = _folder.At("store.db");
        using var store = new SqliteHashVectorStore(path);
        VectorStoreCollection<string, Photo> photos = store.GetCollection<string, Photo>("photos");
        await photos.EnsureCollectionExistsAsync();
        await photos.UpsertAsync(Enumerable.Range(0, 5).Select(i => new Photo { Name = $"{i}", Code = [.. new byte[7], (byte)((1 << i) - 1)] }));
        var options = new VectorSearchOptions<Photo> { VectorProperty = photo => photo.Code };
        if (hasSearched)
            Assert.Equal("0", (await photos.SearchAsync(new byte[8], 1, options).SingleAsync()).Record.Name);
        await ExecuteAsync(path, "DELETE FROM records_1 WHERE ssah_id = 3");
        for (int i = 0; i < 2; i++)
        {
            Exception? error = await Record.ExceptionAsync(async () => await photos.SearchAsync(new byte[8], 5, options).ToListAsync());
            Assert.True(error is DamagedFileException or VectorStoreException { InnerException: DamagedFileException }, $"search {i}: {error}");
        }
        // Those before it are whole, and the first of them is in memory.
        Assert.Equal(["0", "1"], await photos.SearchAsync(new byte[8], 2, options).Select(match => match.Record.Name).ToListAsync());
    }

    private static async Task ExecuteAsync(string path, string sql)
    {
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False;Foreign Keys=False");
        connection.Open();
        using Microsoft.Data.Sqlite.SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    [Fact]
    public async Task Values_that_the_engine_stores_in_another_form_are_not_taken_for_damage()
    {
        string path = _folder.At("values.db");
        double?[] reals = [double.NaN, -0.0, 0, double.Epsilon, double.MaxValue, double.NegativeInfinity, 1L << 60, -3, 1e16, null];
        string?[] texts = ["", "a\0b", "\uD800", "\uDC00\uD800x", "木", "\r\n", null];
        Odd[] written = [.. reals.SelectMany((real, i) => texts.Select((text, j) => new Odd
        {
            Id = (i * 100) + j - 300, Real = real, Single = (float)(real ?? 0.1), Text = text, Bytes = j % 2 == 0 ? [] : null, Code = i % 2 == 0 ? [1] : null,
        }))];
        using (var store = new SqliteHashVectorStore(path))
        {
            VectorStoreCollection<long, Odd> odd = store.GetCollection<long, Odd>("odd");
            await odd.EnsureCollectionExistsAsync();
            // NaN is nothing to SQLite, and a column that must have a value cannot have it.
            await odd.UpsertAsync(written.Where(each => !float.IsNaN(each.Single)));
            await odd.UpsertAsync(written.Where(each => !float.IsNaN(each.Single)).Reverse());
            foreach (Odd each in written.Where(each => !float.IsNaN(each.Single)))
                Assert.Equal(each.Id, (await odd.GetAsync(each.Id))!.Id);
        }
        using var again = new SqliteHashVectorStore(path);
        Assert.Equal(written.Count(each => !float.IsNaN(each.Single)),
            await again.GetCollection<long, Odd>("odd").GetAsync(each => each.Id > -1000, 1000).CountAsync());
    }

    internal sealed class Odd
    {
        [VectorStoreKey]
        public long Id { get; set; }

        [VectorStoreData(IsIndexed = true)]
        public double? Real { get; set; }

        [VectorStoreData]
        public float Single { get; set; }

        [VectorStoreData(IsIndexed = true)]
        public string? Text { get; set; }

        [VectorStoreData]
        public byte[]? Bytes { get; set; }

        [VectorStoreVector(8)]
        public byte[]? Code { get; set; }
    }

    [Fact]
    public async Task Triggers_of_somebody_else_do_not_run()
    {
        string path = _folder.At("store.db");
        using (var store = new SqliteHashVectorStore(path))
            await store.GetCollection<string, Photo>("photos").EnsureCollectionExistsAsync();
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            using Microsoft.Data.Sqlite.SqliteCommand command = connection.CreateCommand();
            command.CommandText = "CREATE TRIGGER t AFTER UPDATE ON collection BEGIN DELETE FROM change; END";
            command.ExecuteNonQuery();
        }
        Assert.Contains("trigger", Assert.Throws<DamagedFileException>(() => new SqliteHashVectorStore(path)).Message, StringComparison.Ordinal);
    }
}
