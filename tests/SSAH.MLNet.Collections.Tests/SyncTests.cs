namespace SSAH.MLNet.Collections.Tests;

public sealed class SyncTests : IDisposable
{
    private readonly PhotoFolder _folder = new();
    private readonly HashEncoder _encoder = PhotoFolder.Encoder();

    public void Dispose()
    {
        _encoder.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_collection_is_the_set_of_files_and_a_second_sync_changes_nothing()
    {
        string[] files = [.. Enumerable.Range(0, 70).Select(i => _folder.Draw($"class {i % 3}/it's \"{i}\" ß.png", i)).Order(StringComparer.Ordinal)];
        string broken = _folder.Break("class 1/broken.jpg");
        File.WriteAllText(_folder.At("notes.txt"), "text");
        using var collection = ImageCollection.Create(_folder.File, _encoder);

        SyncResult first = collection.Sync(_folder.Photos);
        Assert.Equal((70, 0, 0, 0, 0), (first.Added, first.Changed, first.Moved, first.Removed, first.Unchanged));
        Assert.Equal([broken], first.Skipped.Select(each => each.Path));
        Assert.Equal(1, first.PassedOver[".txt"]);
        Assert.Equal(files, collection.Images.Select(image => image.Path));
        Assert.All(collection.Images, image => Assert.Equal(_encoder.EncodeImage(image.Path).Words.ToArray(),
            BinaryCodes.FromPacked(20, image.Code.Span).Words.ToArray()));

        SyncResult second = collection.Sync(_folder.Photos);
        Assert.Equal((0, 0, 0, 0, 70), (second.Added, second.Changed, second.Moved, second.Removed, second.Unchanged));
        Assert.Equal(first.Skipped, second.Skipped);
        Assert.Equal(70, collection.Count);
    }

    [Fact]
    public void The_file_alone_searches_by_image()
    {
        for (int i = 0; i < 20; i++)
            _folder.Draw($"{i}.png", i);
        using (var made = ImageCollection.Create(_folder.File, _encoder))
            made.Sync(_folder.Photos);
        Assert.Equal([_folder.File], Directory.GetFiles(Path.GetDirectoryName(_folder.File)!));
        using var collection = ImageCollection.Open(_folder.File);
        Assert.Contains(collection.Search(_folder.At("7.png"), 20), match => match.Distance == 0 && match.Image.Path == _folder.At("7.png"));
    }
}
