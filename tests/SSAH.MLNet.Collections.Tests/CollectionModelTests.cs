using CsCheck;

namespace SSAH.MLNet.Collections.Tests;

/// <summary>Random sequences of everything that changes a collection, beside a dictionary that says what must be there.</summary>
public sealed class CollectionModelTests : IDisposable
{
    private readonly PhotoFolder _folder = new();
    private readonly HashEncoder _encoder = PhotoFolder.Encoder();

    public void Dispose()
    {
        _encoder.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Random_changes_leave_what_a_dictionary_says()
    {
        Gen.Int[0, 10_000].Array[30].Sample(Play, iter: 8, threads: 1, seed: null);
    }

    private void Play(int[] steps)
    {
        if (Directory.Exists(_folder.Photos))
            Directory.Delete(_folder.Photos, recursive: true);
        File.Delete(_folder.File);
        for (int i = 0; i < 12; i++)
            _folder.Draw($"{i % 4}/{i}.png", i);
        // Labels of each file that the collection has; the files on disk are their own model.
        var labels = new Dictionary<string, string[]>(StringComparer.Ordinal);
        ImageCollection collection = ImageCollection.Create(_folder.File, _encoder);
        try
        {
            foreach (int step in steps)
                Step(ref collection, labels, step);
            Sync(collection, labels);
            PhotoFolder.CheckAgainstFiles(collection, _encoder, Directory.EnumerateFiles(_folder.Photos, "*", SearchOption.AllDirectories));
        }
        finally
        {
            collection.Dispose();
        }
    }

    private void Step(ref ImageCollection collection, Dictionary<string, string[]> labels, int step)
    {
        int value = step / 10;
        string[] known = [.. labels.Keys.Order(StringComparer.Ordinal)];
        string? some = known.Length > 0 ? known[value % known.Length] : null;
        switch (step % 10)
        {
            case 0 or 1:
                Sync(collection, labels);
                break;
            case 2:
                string added = _folder.Draw($"{value % 4}/added {value % 9}.png", 1000 + value % 9);
                collection.Add(added);
                labels.TryAdd(added, []);
                break;
            case 3 when some is not null:
                Assert.Equal(1, collection.Remove(collection.Get(some)!.Id));
                labels.Remove(some);
                break;
            case 4 when some is not null:
                string[] names = [.. Enumerable.Range(0, value % 3).Select(i => $"label {i}")];
                Assert.Equal(1, collection.Relabel([collection.Get(some)!.Id], names));
                labels[some] = names;
                break;
            case 5 when File.Exists(some):
                File.Delete(some);
                break;
            case 6 when File.Exists(some):
                _folder.Draw(Path.GetRelativePath(_folder.Photos, some), 2000 + value);
                break;
            case 7:
                collection.Dispose();
                collection = ImageCollection.Open(_folder.File, value % 2 == 0 ? _encoder : null);
                break;
            case 8 when File.Exists(some):
                Move(collection, labels, some, _folder.At("moved", $"{value}.png"));
                break;
        }
        Check(collection, labels);
    }

    // A move is followed by the sync that sees it: moved and changed before one is a new file, as the content says nothing.
    private void Move(ImageCollection collection, Dictionary<string, string[]> labels, string from, string to)
    {
        Sync(collection, labels);
        byte[] content = File.ReadAllBytes(from);
        int copies = Directory.EnumerateFiles(_folder.Photos, "*", SearchOption.AllDirectories).Count(file => File.ReadAllBytes(file).SequenceEqual(content));
        if (File.Exists(to) || copies > 1)
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.Move(from, to);
        labels.Remove(from, out string[]? kept);
        labels.Add(to, kept!);
        collection.Sync(_folder.Photos);
    }

    private void Sync(ImageCollection collection, Dictionary<string, string[]> labels)
    {
        collection.Sync(_folder.Photos, new SyncOptions { AllowEmptyFolder = true });
        HashSet<string> files = [.. Directory.EnumerateFiles(_folder.Photos, "*", SearchOption.AllDirectories)];
        foreach (string gone in labels.Keys.Where(path => !files.Contains(path)).ToArray())
            labels.Remove(gone);
        foreach (string file in files)
            labels.TryAdd(file, []);
    }

    private static void Check(ImageCollection collection, Dictionary<string, string[]> labels)
    {
        Assert.Equal(labels.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => $"{each.Key}: {string.Join(", ", each.Value)}"),
            collection.Images.OrderBy(image => image.Path, StringComparer.Ordinal).Select(image => $"{image.Path}: {string.Join(", ", image.Labels)}"));
        Assert.Equal(labels.Count, collection.Count);
        foreach (CollectionImage image in collection.Images)
            Assert.Equal(collection.Count - 1, collection.Search(image.Id, labels.Count).Count);
    }
}
