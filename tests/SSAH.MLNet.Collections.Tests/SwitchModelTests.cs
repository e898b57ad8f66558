namespace SSAH.MLNet.Collections.Tests;

public sealed class SwitchModelTests : IDisposable
{
    private readonly PhotoFolder _folder = new();
    private readonly HashEncoder _old = PhotoFolder.Encoder();
    private readonly HashEncoder _new = PhotoFolder.Encoder(bits: 33, seed: 2).WithOptions(new HashEncodingOptions { BatchSize = 4, Workers = 1 });

    public void Dispose()
    {
        _old.Dispose();
        _new.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Codes_are_made_beside_the_old_ones_and_switched_at_once()
    {
        string[] files = Fill(40);
        using ImageCollection collection = Made();
        using var other = ImageCollection.Open(_folder.File);
        collection.Relabel([1, 2, 3], "kept");
        long[] ids = [.. collection.Images.Select(image => image.Id)];

        SyncResult result = collection.SwitchModel(_new, new Report(_ =>
        {
            Assert.Equal(_old.ModelId, other.ModelId);
            Assert.Equal(40, other.Count);
        }));

        Assert.Equal((40, 0), (result.Changed, result.Removed));
        PhotoFolder.CheckAgainstFiles(collection, _new, files);
        // Another one that was open sees it, by the model that is kept.
        PhotoFolder.CheckAgainstFiles(other, _new, files);
        Assert.Equal(33, other.Bits);
        Assert.Equal(0, other.Search(files[0], 1)[0].Distance);
        Assert.Equal(ids, other.Images.Select(image => image.Id));
        Assert.Equal(["kept"], other.Get(3)!.Labels);
        Assert.Equal((0, 40), (other.Sync(_folder.Photos).Added, other.Sync(_folder.Photos).Unchanged));
        Assert.Equal(0, collection.SwitchModel(_new).Changed);
    }

    [Fact]
    public void Canceled_it_keeps_the_old_codes_and_goes_on_from_there()
    {
        string[] files = Fill(40);
        using ImageCollection collection = Made();
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => collection.SwitchModel(_new, new Report(value =>
        {
            if (value.Done >= 12)
                stop.Cancel();
        }), stop.Token));
        PhotoFolder.CheckAgainstFiles(collection, _old, files);
        // What changes meanwhile is encoded again by the new model too.
        _folder.Draw("0.png", 500);
        collection.Sync(_folder.Photos);
        long scored = _new.Model.RowsScored;
        Assert.InRange(collection.SwitchModel(_new).Changed, 1, 30);
        Assert.InRange(_new.Model.RowsScored - scored, 1, 30);
        PhotoFolder.CheckAgainstFiles(collection, _new, files);
    }

    [Fact]
    public void Images_without_a_file_are_set_aside_and_all_of_them_is_an_error()
    {
        string[] files = Fill(10);
        using ImageCollection collection = Made();
        collection.Relabel([collection.Get(files[0])!.Id], "kept");
        string away = _folder.Beside("away");
        Directory.Move(_folder.Photos, away);
        Assert.Contains("mounted", Assert.Throws<IOException>(() => collection.SwitchModel(_new)).Message, StringComparison.Ordinal);
        Assert.Equal(_old.ModelId, collection.ModelId);
        Assert.Equal(10, collection.Count);
        Directory.Move(away, _folder.Photos);
        File.Move(files[0], away);
        SyncResult result = collection.SwitchModel(_new);
        Assert.Equal((9, 1), (result.Changed, result.Removed));
        Assert.Equal(files[0], result.Skipped.Single().Path);
        File.Move(away, files[0]);
        Assert.Equal(1, collection.Sync(_folder.Photos).Added);
        Assert.Equal(["kept"], collection.Get(files[0])!.Labels);
        PhotoFolder.CheckAgainstFiles(collection, _new, files);
    }

    [Fact]
    public void Codes_of_another_model_are_refused_by_name()
    {
        Fill(3);
        Made().Dispose();
        ArgumentException error = Assert.Throws<ArgumentException>(() => ImageCollection.Open(_folder.File, _new));
        Assert.Contains(_old.ModelId, error.Message, StringComparison.Ordinal);
        Assert.Contains(_new.ModelId, error.Message, StringComparison.Ordinal);

        // The model is switched while another one syncs: what comes from the old model is refused.
        using var late = ImageCollection.Open(_folder.File, _old);
        using var early = ImageCollection.Open(_folder.File);
        _folder.Draw("new.png", 77);
        bool isSwitched = false;
        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => late.Sync(_folder.Photos, progress: new Report(_ =>
        {
            if (!isSwitched)
                early.SwitchModel(_new);
            isSwitched = true;
        })));
        Assert.Contains(_old.ModelId, refused.Message, StringComparison.Ordinal);
        Assert.Contains(_new.ModelId, refused.Message, StringComparison.Ordinal);
        PhotoFolder.CheckCodes(early, _new);
    }

    [Fact]
    public void A_collection_that_keeps_no_model_searches_by_code_and_id_only()
    {
        string[] files = Fill(3);
        using (var made = ImageCollection.Create(_folder.File, _old, new ImageCollectionOptions { KeepModel = false }))
            made.Sync(_folder.Photos);
        using var collection = ImageCollection.Open(_folder.File);
        Assert.Equal(2, collection.Search(1, 5).Count);
        Assert.Equal(3, collection.Search(collection.Get(1)!.Code.Span, 5).Count);
        Assert.Contains(_old.ModelId, Assert.Throws<InvalidOperationException>(() => collection.Search(files[0], 1)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => collection.Sync(_folder.Photos));
        Assert.Equal(1, collection.Remove(1));
        using var whole = ImageCollection.Open(_folder.File, _old);
        Assert.Equal(1, whole.Sync(_folder.Photos).Added);
        Assert.Equal(0, whole.Search(files[0], 1)[0].Distance);
        // The switch does not keep a model either.
        whole.SwitchModel(_new);
        Assert.Throws<InvalidOperationException>(() => collection.Search(files[0], 1));
    }

    private string[] Fill(int count) => [.. Enumerable.Range(0, count).Select(i => _folder.Draw($"{i}.png", i))];

    private ImageCollection Made()
    {
        var collection = ImageCollection.Create(_folder.File, _old);
        collection.Sync(_folder.Photos);
        return collection;
    }

    private sealed class Report(Action<CollectionProgress> take) : IProgress<CollectionProgress>
    {
        void IProgress<CollectionProgress>.Report(CollectionProgress value) => take(value);
    }
}
