using System.IO.Compression;
using Microsoft.Data.Sqlite;
using SSAH.MLNet.Collections.Storage;

namespace SSAH.MLNet.Collections.Tests;

/// <summary>Paths, labels and the rest of a row have checksums, whatever is done to a collection and by whom.</summary>
public sealed class ChecksumTests : IDisposable
{
    private readonly PhotoFolder _folder = new();
    private readonly HashEncoder _encoder = PhotoFolder.Encoder();

    public void Dispose()
    {
        _encoder.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_is_done_leaves_right_checksums(int seed)
    {
        var random = new Random(seed);
        using HashEncoder other = PhotoFolder.Encoder(seed: 2);
        using var collection = ImageCollection.Create(_folder.File, _encoder, new ImageCollectionOptions { KeepActivations = seed == 3 });
        using var second = ImageCollection.Open(_folder.File, _encoder);
        for (int step = 0; step < 25; step++)
        {
            Change(collection, random, other);
            collection.Verify();
            second.Verify();
        }
        using (var opened = ImageCollection.Open(_folder.File))
            Assert.Equal(Text(collection), Text(opened));
        Assert.NotEmpty(collection.Images);
    }

    private void Change(ImageCollection collection, Random random, HashEncoder other)
    {
        long[] ids = [.. collection.Images.Select(image => image.Id)];
        long id = ids.Length == 0 ? 0 : ids[random.Next(ids.Length)];
        string name = $"{(random.Next(2) == 0 ? "" : "deep/er/")}{random.Next(12)}.png";
        switch (random.Next(10))
        {
            case 0 or 1 or 2:
                _folder.Draw(name, random.Next(30));
                break;
            case 3 when File.Exists(_folder.At(name)):
                File.Delete(_folder.At(name));
                break;
            case 4 when File.Exists(_folder.At(name)):
                File.Move(_folder.At(name), _folder.At($"moved {random.Next(5)}.png"), overwrite: true);
                break;
            case 5:
                _folder.Break(name);
                break;
            case 6:
                collection.Relabel([id], [.. new[] { "cat", "dog", "Straße", "木" }.Take(random.Next(5))]);
                return;
            case 7:
                collection.Remove([id]);
                return;
            case 8 when Directory.Exists(_folder.At("deep")):
                // A folder below becomes one of its own, or the one above takes it over.
                collection.Sync(_folder.At("deep"), new SyncOptions { AllowEmptyFolder = true });
                return;
            case 9 when ids.Length > 0:
                collection.SwitchModel(collection.ModelId == _encoder.ModelId ? other : _encoder);
                return;
            default:
                _folder.Draw("always.png", 1);
                collection.Add(_folder.At("always.png"));
                return;
        }
        Directory.CreateDirectory(_folder.Photos);
        collection.Sync(_folder.Photos, new SyncOptions { AllowEmptyFolder = true, CompareContent = true, LabelByFolder = random.Next(2) == 0 });
    }

    private static string Text(ImageCollection collection) => string.Join('\n', collection.Images.Select(image =>
        $"{image.Id} {image.Path} {Convert.ToHexString(image.Code.Span)} {string.Join(',', image.Labels)}"));

    [Fact]
    public void A_file_of_version_1_is_brought_to_version_3_by_one_of_many_who_open_it()
    {
        using (var packed = new GZipStream(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "collection-1.db.gz")), CompressionMode.Decompress))
        using (FileStream file = File.Create(_folder.File))
            packed.CopyTo(file);
        Assert.Equal(1L, Run("PRAGMA user_version"));
        string[] texts = new string[8];
        Parallel.For(0, texts.Length, new ParallelOptions { MaxDegreeOfParallelism = texts.Length }, i =>
        {
            using var collection = ImageCollection.Open(_folder.File);
            texts[i] = Text(collection);
        });
        Assert.Single(texts.Distinct());
        Assert.Equal(3L, Run("PRAGMA user_version"));
        Assert.Equal(Run("SELECT count(*) FROM image"), Run("SELECT count(*) FROM checksum"));
        using var again = ImageCollection.Open(_folder.File);
        again.Verify();
        Assert.Equal(texts[0], Text(again));
    }

    [Fact]
    public void A_damaged_row_is_not_signed_by_a_write()
    {
        _folder.Draw("1.png", 1);
        _folder.Draw("2.png", 2);
        using var collection = ImageCollection.Create(_folder.File, _encoder);
        collection.Sync(_folder.Photos);
        Run("UPDATE image SET path = 'other.png' WHERE id = 1");
        Assert.Throws<DamagedFileException>(() => collection.Relabel([1], "cat"));
        Assert.Throws<DamagedFileException>(() => collection.Get(1));
        Assert.Equal(1, collection.Relabel([2], "cat"));
        Assert.Throws<DamagedFileException>(() => collection.Verify());
        Run("UPDATE root SET path = '/elsewhere' WHERE id = 1");
        Assert.Throws<DamagedFileException>(() => collection.Relabel([2], "dog"));
    }

    [Theory]
    [InlineData("UPDATE activation SET activation = X'00' WHERE image = 1")]
    [InlineData("UPDATE activation SET activation = (SELECT activation FROM activation WHERE image = 2) WHERE image = 1")]
    [InlineData("UPDATE activation SET activation = zeroblob(length(activation)) WHERE image = 1")]
    [InlineData("DELETE FROM activation WHERE image = 1")]
    public void Damaged_activations_are_said_and_neither_ranked_by_nor_copied(string sql)
    {
        _folder.Draw("1.png", 1);
        _folder.Draw("2.png", 2);
        using var collection = ImageCollection.Create(_folder.File, _encoder, new ImageCollectionOptions { KeepActivations = true });
        collection.Sync(_folder.Photos);
        Assert.Equal([2L], collection.SearchReranked(1, 5).Select(match => match.Image.Id));
        Run(sql);
        Assert.Throws<DamagedFileException>(() => collection.SearchReranked(1, 5));
        Assert.Throws<DamagedFileException>(() => collection.SearchReranked(2, 5));
        Assert.Throws<DamagedFileException>(() => collection.Verify());
        Assert.Throws<DamagedFileException>(() => ImageCollection.Open(_folder.File).Dispose());
        if (sql.StartsWith("DELETE", StringComparison.Ordinal))
            return;
        // Moved, and copied.
        File.Delete(_folder.At("1.png"));
        _folder.Draw("3.png", 1);
        _folder.Draw("4.png", 1);
        Assert.Throws<DamagedFileException>(() => collection.Sync(_folder.Photos));
    }

    [Theory]
    [InlineData("UPDATE removal SET image = 2")]
    [InlineData("UPDATE removal SET revision = revision + 1")]
    public void A_damaged_log_of_removals_takes_no_image_out_of_an_index(string sql)
    {
        for (int i = 1; i <= 3; i++)
            _folder.Draw($"{i}.png", i);
        using var collection = ImageCollection.Create(_folder.File, _encoder);
        collection.Sync(_folder.Photos);
        using var behind = ImageCollection.Open(_folder.File);
        collection.Remove([3L]);
        Run(sql);
        Assert.Throws<DamagedFileException>(() => behind.Search(1, 5));
        Assert.Throws<DamagedFileException>(() => ImageCollection.Open(_folder.File).Dispose());
    }

    [Fact]
    public void Re_ranking_orders_by_the_cosine_of_activations()
    {
        for (int i = 0; i < 30; i++)
            _folder.Draw($"{i}.png", i);
        string query = _folder.At("7.png");
        using var collection = ImageCollection.Create(_folder.File, _encoder, new ImageCollectionOptions { KeepActivations = true });
        collection.Sync(_folder.Photos);
        float[] Activations(string path) => _encoder.EncodeWithActivations(path, null).Activations;
        double Cosine(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum() / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(y => (double)y * y));
        float[] asked = Activations(query);
        // Of all images, and of the ten that are nearest by their codes.
        foreach (int depth in new[] { 200, 10 })
        {
            string[] expected = [.. collection.Search(query, depth).OrderByDescending(match => Cosine(asked, Activations(match.Image.Path)))
                .Take(5).Select(match => match.Image.RelativePath)];
            IReadOnlyList<CollectionMatch> found = collection.SearchReranked(query, 5, depth);
            Assert.All(found, match => Assert.InRange(match.Similarity!.Value, -1, 1));
            Assert.Throws<ArgumentOutOfRangeException>(() => collection.SearchReranked(query, 0, depth));
            Assert.Throws<ArgumentOutOfRangeException>(() => collection.SearchReranked(1, 0, depth));
            Assert.Equal(expected, found.Select(match => match.Image.RelativePath));
            Assert.Equal(1, found[0].Similarity!.Value, 1e-6);
        }
        Assert.Equal(collection.SearchReranked(query, 6).Skip(1).Select(match => match.Image.Id),
            collection.SearchReranked(collection.Get(query)!.Id, 5).Select(match => match.Image.Id));
        Assert.NotEqual(collection.Search(query, 30).Select(match => match.Image.Id), collection.SearchReranked(query, 30).Select(match => match.Image.Id));
    }

    [Fact]
    public void Re_ranking_needs_activations()
    {
        _folder.Draw("1.png", 1);
        using var collection = ImageCollection.Create(_folder.File, _encoder);
        collection.Sync(_folder.Photos);
        Assert.Contains("KeepActivations", Assert.Throws<InvalidOperationException>(() => collection.SearchReranked(1, 5)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_with_a_program_is_not_said_of_the_file()
    {
        ImageCollection.Create(_folder.File, _encoder).Dispose();
        using Session session = Session.Open(_folder.File, TimeSpan.FromSeconds(1));
        // A value is missing, a statement is none, and what takes the rows fails.
        Assert.IsType<InvalidOperationException>(Record.Exception(() => session.Execute("UPDATE root SET path = $1 WHERE id = $2", "a")));
        Assert.IsType<SqliteException>(Record.Exception(() => session.Execute("SELEKT 1")));
        Assert.IsType<InvalidOperationException>(Record.Exception(() => session.ForEach("SELECT 1", _ => throw new InvalidOperationException("mine"))));
        Assert.IsType<ArgumentException>(Record.Exception(() => session.Query<int>("SELECT 1", _ => throw new ArgumentException("mine"))));
        Assert.IsType<KeyNotFoundException>(Record.Exception(() => session.ForEach("SELECT 1", _ => throw new KeyNotFoundException("mine"))));
        // A value of another kind than the tables say, and none where there is one.
        Assert.IsType<DamagedFileException>(Record.Exception(() => session.Query("SELECT NULL", row => row.GetInt64(0))));
        Assert.IsType<DamagedFileException>(Record.Exception(() => session.Query("SELECT NULL", row => row.GetString(0))));
        Assert.IsType<DamagedFileException>(Record.Exception(() => session.Query("SELECT 9000000000", row => row.GetInt32(0))));
        Assert.IsType<DamagedFileException>(Record.Exception(() => session.ForEach("SELECT x FROM gone", _ => { })));
    }

    [Fact]
    public void A_damaged_row_is_not_copied_to_another_image()
    {
        _folder.Draw("1.png", 1);
        using var collection = ImageCollection.Create(_folder.File, _encoder);
        collection.Sync(_folder.Photos);
        Run("UPDATE image SET width = 999 WHERE id = 1");
        // Moved, and copied.
        File.Delete(_folder.Draw("1.png", 1));
        _folder.Draw("2.png", 1);
        _folder.Draw("3.png", 1);
        Assert.Throws<DamagedFileException>(() => collection.Sync(_folder.Photos));
        Assert.Equal(1L, Run("SELECT count(*) FROM image"));
    }

    [Fact]
    public void Room_of_removed_images_is_given_back_later_where_another_program_writes()
    {
        for (int i = 0; i < 120; i++)
            _folder.Draw($"{i}.png", i);
        using HashEncoder large = PhotoFolder.Encoder(bits: 4096);
        var options = new ImageCollectionOptions { KeepActivations = true, WaitForWriter = TimeSpan.FromMilliseconds(50) };
        using var collection = ImageCollection.Create(_folder.File, large, options);
        collection.Sync(_folder.Photos);
        using var other = new SqliteConnection($"Data Source={_folder.File};Pooling=False");
        other.Open();
        using Session session = Session.Open(_folder.File, TimeSpan.FromMilliseconds(50), creates: false);
        // What takes most of the file.
        session.Writing(() => session.Execute("DELETE FROM activation") + session.Execute("UPDATE model SET onnx = NULL"));
        using (SqliteTransaction writing = other.BeginTransaction(deferred: false))
            FreePages.GiveBack(session);
        Assert.True(session.Number("PRAGMA freelist_count") > 0);
        FreePages.GiveBack(session);
        Assert.Equal(0, session.Number("PRAGMA freelist_count"));
    }

    [Fact]
    public void Room_of_another_model_and_of_removed_images_is_given_back()
    {
        const int images = 60;
        for (int i = 0; i < images; i++)
            _folder.Draw($"{i}.png", i);
        using HashEncoder large = PhotoFolder.Encoder(bits: 4096), small = PhotoFolder.Encoder(bits: 8);
        using (var collection = ImageCollection.Create(_folder.File, large, new ImageCollectionOptions { KeepActivations = true }))
            collection.Sync(_folder.Photos);
        long before = new FileInfo(_folder.File).Length;
        using (var collection = ImageCollection.Open(_folder.File))
        {
            // Who reads meanwhile goes on reading what there was.
            using var reader = new SqliteConnection($"Data Source={_folder.File};Pooling=False");
            reader.Open();
            using SqliteTransaction reading = reader.BeginTransaction(deferred: true);
            Assert.Equal((long)images * large.Bits / 8, CodeBytes(reader, reading));
            collection.SwitchModel(small);
            Assert.Equal((long)images * large.Bits / 8, CodeBytes(reader, reading));
            reading.Commit();
            Assert.Equal((long)images, CodeBytes(reader, null));
            collection.Verify();
        }
        long after = new FileInfo(_folder.File).Length;
        Assert.True(after < before / 3, $"{before} bytes before, {after} after");
    }

    // A code lies in the file with its checksum behind it.
    private static long CodeBytes(SqliteConnection connection, SqliteTransaction? transaction)
    {
        using SqliteCommand command = connection.CreateCommand();
        (command.CommandText, command.Transaction) = ("SELECT sum(length(code) - 4) FROM code", transaction);
        return (long)command.ExecuteScalar()!;
    }

    private object? Run(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_folder.File};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
