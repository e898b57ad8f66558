using System.Text;
using Microsoft.Data.Sqlite;

namespace SSAH.MLNet.Collections.Tests;

public sealed class HostileFileTests : IDisposable
{
    private readonly PhotoFolder _folder = new();
    private readonly HashEncoder _encoder = PhotoFolder.Encoder();

    public void Dispose()
    {
        _encoder.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_file_that_is_no_collection_is_refused_by_name()
    {
        foreach (byte[] bytes in new byte[][] { [], [1, 2, 3], new byte[5000], PhotoFolder.Photo(1), [.. "SQLite format 3\0"u8, .. new byte[4000]] })
        {
            File.WriteAllBytes(_folder.File, bytes);
            Assert.Contains(_folder.File, Assert.Throws<DamagedFileException>(() => ImageCollection.Open(_folder.File)).Message, StringComparison.Ordinal);
        }
        File.Delete(_folder.File);
        using (var foreign = new SqliteConnection($"Data Source={_folder.File};Pooling=False"))
        {
            foreign.Open();
            using SqliteCommand command = foreign.CreateCommand();
            command.CommandText = "CREATE TABLE bookmarks (url TEXT)";
            command.ExecuteNonQuery();
        }
        Assert.Contains("not a collection", Assert.Throws<DamagedFileException>(() => ImageCollection.Open(_folder.File)).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => ImageCollection.Open(_folder.Beside("nowhere.ssah")));
        Assert.Throws<FileNotFoundException>(() => ImageCollection.Open(Path.GetDirectoryName(_folder.File)!));
    }

    [Fact]
    public void A_newer_version_is_refused_with_what_to_do()
    {
        ImageCollection.Create(_folder.File, _encoder).Dispose();
        Run("PRAGMA user_version = 4");
        Assert.Contains("update the package", Assert.Throws<DamagedFileException>(() => ImageCollection.Open(_folder.File)).Message, StringComparison.Ordinal);
        Run("PRAGMA user_version = 3");
        ImageCollection.Open(_folder.File).Dispose();
    }

    [Fact]
    public void A_file_of_that_name_is_never_overwritten()
    {
        File.WriteAllText(_folder.File, "mine");
        Assert.Contains(_folder.File, Assert.Throws<IOException>(() => ImageCollection.Create(_folder.File, _encoder)).Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(_folder.File));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(_folder.File)!));
        Assert.Throws<DirectoryNotFoundException>(() => ImageCollection.Create(_folder.Beside("nowhere/a.ssah"), _encoder));
    }

    [Theory]
    [InlineData("UPDATE code SET code = X'00000000000000000000000F' WHERE image = 2")]
    [InlineData("UPDATE code SET code = X'' WHERE image = 2")]
    [InlineData("UPDATE code SET code = (SELECT code FROM code WHERE image = 1) WHERE image = 2")]
    [InlineData("UPDATE model SET bits = 64")]
    [InlineData("UPDATE model SET bits = 2000000000")]
    [InlineData("UPDATE model SET bits = -1")]
    [InlineData("UPDATE model SET onnx = X'00'")]
    [InlineData("UPDATE model SET name = 'sha256:other'")]
    [InlineData("UPDATE model SET name = printf('%.2000c', 'a')")]
    [InlineData("UPDATE model SET name = ''")]
    [InlineData("DELETE FROM collection")]
    [InlineData("PRAGMA foreign_keys = OFF; DELETE FROM model")]
    [InlineData("DROP TABLE code")]
    [InlineData("CREATE TRIGGER theft AFTER UPDATE ON collection BEGIN DELETE FROM label; END")]
    [InlineData("PRAGMA writable_schema = ON; CREATE TRIGGER sqlite_theft AFTER UPDATE ON collection BEGIN DELETE FROM label; END")]
    [InlineData("CREATE VIEW v\r\nAS SELECT\r\n1")]
    [InlineData("DROP INDEX label_by_text")]
    [InlineData("UPDATE image SET path = '4.png' WHERE id = 2")]
    [InlineData("UPDATE image SET size = size + 1 WHERE id = 2")]
    [InlineData("UPDATE image SET problem = 'bad' WHERE id = 2")]
    [InlineData("UPDATE label SET label = 'dog' WHERE image = 2")]
    [InlineData("DELETE FROM label WHERE image = 2")]
    [InlineData("INSERT INTO label VALUES (3, 'cat')")]
    [InlineData("DELETE FROM checksum WHERE image = 2")]
    [InlineData("DELETE FROM seal")]
    [InlineData("UPDATE root SET path = '/elsewhere' WHERE id = 1")]
    [InlineData("UPDATE collection SET revision = revision + 1")]
    [InlineData("UPDATE collection SET keeps_activations = 1")]
    [InlineData("PRAGMA foreign_keys = OFF; DELETE FROM image WHERE id = 2")]
    [InlineData("PRAGMA user_version = 1")]
    [InlineData("PRAGMA foreign_keys = OFF; DROP TABLE image; "
        + "CREATE TABLE image (id, root, path, size, time, hash, width, height, problem, revision); "
        + "INSERT INTO image VALUES (1, 0, 1, 'a', X'', 'b', 'c', 'd', NULL, 0)")]
    public void What_contradicts_itself_is_said(string sql)
    {
        for (int i = 1; i <= 3; i++)
            _folder.Draw($"{i}.png", i);
        using (var made = ImageCollection.Create(_folder.File, _encoder))
        {
            made.Sync(_folder.Photos);
            made.Relabel([2], "cat");
        }
        Run(sql);
        Assert.Contains(_folder.File, Assert.Throws<DamagedFileException>(() => Use(_folder.File)).Message, StringComparison.Ordinal);
    }

    // A record's header says of each value what it is: 23 is a text of five bytes, 22 would be five bytes that no text is equal to.
    [Theory]
    [InlineData("\u0004\u0009\u0017\u00012.png\u0002", 2)]
    [InlineData("\u0003\u0013\u0001cat\u0002", 1)]
    public void An_index_in_which_a_text_became_bytes_is_damage(string entry, int place)
    {
        for (int i = 1; i <= 3; i++)
            _folder.Draw($"{i}.png", i);
        using (var made = ImageCollection.Create(_folder.File, _encoder))
        {
            made.Sync(_folder.Photos);
            made.Relabel([2], "cat");
        }
        byte[] bytes = File.ReadAllBytes(_folder.File), searched = Encoding.Latin1.GetBytes(entry);
        int at = bytes.AsSpan().IndexOf(searched);
        Assert.True(at >= 0 && at == bytes.AsSpan().LastIndexOf(searched));
        bytes[at + place]--;
        File.WriteAllBytes(_folder.File, bytes);
        Assert.Contains(_folder.File, Assert.Throws<DamagedFileException>(() => ImageCollection.Open(_folder.File)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_turned_bit_or_a_cut_gives_the_right_codes_or_an_error_of_the_family()
    {
        for (int i = 0; i < 30; i++)
            _folder.Draw($"{i}.png", i);
        using (var made = ImageCollection.Create(_folder.File, _encoder))
            made.Sync(_folder.Photos);
        byte[] whole = File.ReadAllBytes(_folder.File);
        Dictionary<long, string> codes = Use(_folder.File);
        var random = new Random(1);
        int refused = 0;
        const int turns = 160, cuts = 20;
        for (int i = 0; i < turns + cuts; i++)
        {
            byte[] bytes = [.. whole];
            if (i < turns)
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            else
                bytes = bytes[..random.Next(bytes.Length)];
            string path = _folder.Beside($"{i}.ssah");
            File.WriteAllBytes(path, bytes);
            try
            {
                foreach ((long id, string code) in Use(path))
                    Assert.Equal(codes[id], code);
            }
            catch (DamagedFileException)
            {
                refused++;
            }
            File.Delete(path);
        }
        Assert.InRange(refused, cuts / 2, turns + cuts);
    }

    // Everything that reads.
    private static Dictionary<long, string> Use(string path)
    {
        using var collection = ImageCollection.Open(path);
        var codes = collection.Images.ToDictionary(image => image.Id, image => Convert.ToHexString(image.Code.Span));
        foreach (CollectionImage image in collection.Images)
            collection.Search(image.Code.Span, 3, !ImageFilter.WithLabel("x"));
        _ = collection.Encoder.ModelId;
        _ = collection.Labels;
        collection.FindGroups(1);
        return codes;
    }

    private void Run(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_folder.File};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
