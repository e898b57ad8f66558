using System.IO.Compression;

namespace SSAH.MLNet.Collections.Tests;

/// <summary>A collection that is only looked at: neither its file nor its folder changes, whatever state it is in.</summary>
public sealed class ReadOnlyTests : IDisposable
{
    private static readonly ImageCollectionOptions s_readOnly = new() { ReadOnly = true };
    private readonly PhotoFolder _folder = new();
    private readonly HashEncoder _encoder = PhotoFolder.Encoder();

    public void Dispose()
    {
        _encoder.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_file_of_an_old_version_is_read_and_stays_one()
    {
        string path = _folder.Beside("old.db");
        using (var packed = new GZipStream(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "collection-1.db.gz")), CompressionMode.Decompress))
        using (FileStream file = File.Create(path))
            packed.CopyTo(file);
        byte[] before = File.ReadAllBytes(path);
        int images;
        using (var looked = ImageCollection.Open(path, options: s_readOnly))
        {
            looked.Verify();
            images = looked.Images.Count();
            // Of another program that has it open at the same time there is nothing to see.
            Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Beside("")));
        }
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Beside("")));
        using (var opened = ImageCollection.Open(path))
            Assert.Equal(images, opened.Images.Count());
        Assert.NotEqual(before, File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData("plain.db")]
    [InlineData("a 'b' ü? #1 100%.db")]
    public void What_is_committed_is_seen_also_while_another_has_it_open_and_no_byte_changes(string name)
    {
        string path = _folder.Beside(name);
        string[] photos = [.. Enumerable.Range(0, 6).Select(i => _folder.Draw($"{i}.png", i))];
        using (var collection = ImageCollection.Create(path, _encoder))
        {
            collection.Add(photos[0]);
            Check(path, photos[..1]);
            foreach (string photo in photos[1..5])
                collection.Add(photo);
            // In the log beside the file, not yet in it.
            Assert.True(new FileInfo(path + "-wal").Length > 0);
            Check(path, photos[..5]);
        }
        Assert.False(File.Exists(path + "-wal"));
        Check(path, photos[..5]);
    }

    [Fact]
    public void What_would_change_it_is_refused_and_leaves_nothing()
    {
        string photo = _folder.Draw("a.png", 1), other = _folder.Draw("b.png", 2), path = _folder.File;
        long id;
        using (var collection = ImageCollection.Create(path, _encoder))
        {
            collection.Add(photo);
            id = collection.Images.Single().Id;
        }
        byte[] before = File.ReadAllBytes(path);
        using HashEncoder second = PhotoFolder.Encoder(seed: 2);
        using (var looked = ImageCollection.Open(path, _encoder, s_readOnly))
        {
            Action[] changes = [() => looked.Add(other), () => looked.Remove(id), () => looked.Relabel([id], "x"), () => looked.Sync(_folder.Photos),
                () => looked.SwitchModel(second)];
            Assert.All(changes, change => Assert.Contains(path, Assert.Throws<UnauthorizedAccessException>(change).Message, StringComparison.Ordinal));
            Assert.Equal(id, looked.Search(photo, 1).Single().Image.Id);
        }
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public void Damage_is_said_of_the_file_not_of_its_copy()
    {
        string path = _folder.File;
        using (var collection = ImageCollection.Create(path, _encoder))
            collection.Add(_folder.Draw("a.png", 1));
        byte[] bytes = File.ReadAllBytes(path);
        var random = new Random(1);
        for (int i = 0; i < 60; i++)
        {
            byte[] damaged = [.. bytes];
            int start = random.Next(damaged.Length - 600);
            random.NextBytes(damaged.AsSpan(start, 600));
            File.WriteAllBytes(path, damaged);
            try
            {
                using var looked = ImageCollection.Open(path, options: s_readOnly);
            }
            catch (DamagedFileException error)
            {
                Assert.Contains(path, error.Message, StringComparison.Ordinal);
            }
            Assert.Equal(damaged, File.ReadAllBytes(path));
        }
    }

    private void Check(string path, string[] photos)
    {
        byte[] before = BytesOf(path);
        string[] files = Directory.GetFiles(_folder.Beside(""));
        using (var looked = ImageCollection.Open(path, _encoder, s_readOnly))
            PhotoFolder.CheckAgainstFiles(looked, _encoder, photos);
        Assert.Equal(before, BytesOf(path));
        Assert.Equal(files, Directory.GetFiles(_folder.Beside("")));
    }

    private static byte[] BytesOf(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var bytes = new MemoryStream();
        file.CopyTo(bytes);
        return bytes.ToArray();
    }
}
