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
        string[] files = [.. Enumerable.Range(0, 70).Select(i => _folder.Draw($"class {i % 3}/it's \"{i}\" ß%_.png", i)).Order(StringComparer.Ordinal)];
        string broken = _folder.Break("class 1/broken.jpg");
        File.WriteAllText(_folder.At("notes.txt"), "text");
        using ImageCollection collection = Create();

        SyncResult first = collection.Sync(_folder.Photos);
        Expect(first, added: 70, skipped: 1);
        Assert.Equal([broken], first.Skipped.Select(each => each.Path));
        Assert.Equal(1, first.PassedOver[".txt"]);
        Assert.Equal(files, collection.Images.Select(image => image.Path));
        PhotoFolder.CheckAgainstFiles(collection, _encoder, files);

        CollectionImage[] before = [.. collection.Images];
        SyncResult second = collection.Sync(_folder.Photos);
        Expect(second, unchanged: 70, skipped: 1);
        Assert.Equal(first.Skipped, second.Skipped);
        Assert.Equal(before.Select(Describe), collection.Images.Select(Describe));
    }

    [Fact]
    public void Changed_touched_moved_and_lost_files_are_told_apart_and_labels_stay()
    {
        for (int i = 0; i < 6; i++)
            _folder.Draw($"{i}.png", i);
        using ImageCollection collection = Create();
        collection.Sync(_folder.Photos);
        Dictionary<string, CollectionImage> before = collection.Images.ToDictionary(image => image.RelativePath);
        collection.Relabel(before.Values.Select(image => image.Id), "kept");

        _folder.Draw("0.png", 100);
        File.SetLastWriteTimeUtc(_folder.At("0.png"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        File.SetLastWriteTimeUtc(_folder.At("1.png"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Directory.CreateDirectory(_folder.At("below"));
        File.Move(_folder.At("2.png"), _folder.At("below", "two.png"));
        File.Delete(_folder.At("3.png"));
        File.Move(_folder.At("4.png"), _folder.At("5.png"), overwrite: true);
        long scored = _encoder.Model.RowsScored;
        SyncResult result = collection.Sync(_folder.Photos);

        // 5.png was overwritten by 4.png: the one that was there is gone.
        Expect(result, changed: 1, moved: 2, removed: 2, unchanged: 1);
        Assert.Equal(1, _encoder.Model.RowsScored - scored);
        Dictionary<string, CollectionImage> after = collection.Images.ToDictionary(image => image.RelativePath);
        Assert.Equal(["0.png", "1.png", "5.png", "below/two.png"], after.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(before["0.png"].Id, after["0.png"].Id);
        Assert.NotEqual(before["0.png"].ContentHash, after["0.png"].ContentHash);
        Assert.Equal(before["1.png"].Id, after["1.png"].Id);
        Assert.Equal(new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc), after["1.png"].Time);
        Assert.Equal(before["2.png"].Id, after["below/two.png"].Id);
        Assert.Equal(before["4.png"].Id, after["5.png"].Id);
        Assert.All(after.Values, image => Assert.Equal(["kept"], image.Labels));
        PhotoFolder.CheckCodes(collection, _encoder);
        Expect(collection.Sync(_folder.Photos), unchanged: 4);
    }

    [Fact]
    public void One_file_that_became_two_keeps_its_image_in_the_first_and_is_encoded_for_neither()
    {
        _folder.Draw("a.png", 1);
        using ImageCollection collection = Create(new ImageCollectionOptions { KeepActivations = true });
        collection.Sync(_folder.Photos);
        long id = collection.Images.Single().Id;
        File.Copy(_folder.At("a.png"), _folder.At("c.png"));
        File.Move(_folder.At("a.png"), _folder.At("b.png"));
        long scored = _encoder.Model.RowsScored;
        Expect(collection.Sync(_folder.Photos), added: 1, moved: 1);
        Assert.Equal(scored, _encoder.Model.RowsScored);
        Assert.Equal(["b.png", "c.png"], collection.Images.Select(image => image.RelativePath));
        Assert.Equal(id, collection.Get(_folder.At("b.png"))!.Id);
        PhotoFolder.CheckCodes(collection, _encoder);
    }

    [Fact]
    public void A_broken_image_is_not_tried_again_until_it_changes_and_gets_its_labels_back()
    {
        string file = _folder.Draw("a.png", 1);
        _folder.Draw("b.png", 2);
        using ImageCollection collection = Create();
        collection.Sync(_folder.Photos);
        long id = collection.Get(file)!.Id;
        collection.Relabel([id], "kept");

        _folder.Break("a.png");
        SyncResult broken = collection.Sync(_folder.Photos);
        Expect(broken, removed: 1, unchanged: 1, skipped: 1);
        Assert.Contains("not an image", broken.Skipped[0].Reason, StringComparison.Ordinal);
        Assert.Null(collection.Get(id));
        Assert.DoesNotContain("kept", collection.Labels.Keys);
        Assert.Equal(1, collection.Count);

        // What is as large and as old is not looked at.
        DateTime time = File.GetLastWriteTimeUtc(file);
        File.WriteAllText(file, "no IMAGE");
        File.SetLastWriteTimeUtc(file, time);
        Assert.Equal(broken.Skipped, collection.Sync(_folder.Photos).Skipped);

        _folder.Draw("a.png", 3);
        Expect(collection.Sync(_folder.Photos), added: 1, unchanged: 1);
        Assert.Equal(["kept"], collection.Get(id)!.Labels);
        PhotoFolder.CheckCodes(collection, _encoder);
    }

    [Fact]
    public void What_changed_without_size_or_time_is_found_by_comparing_the_content()
    {
        string file = _folder.At("a.png");
        Directory.CreateDirectory(_folder.Photos);
        byte[] content = PhotoFolder.Photo(1), other = PhotoFolder.Photo(16);
        File.WriteAllBytes(file, [.. content, .. new byte[2000 - content.Length]]);
        DateTime time = File.GetLastWriteTimeUtc(file);
        using ImageCollection collection = Create();
        collection.Sync(_folder.Photos);
        File.WriteAllBytes(file, [.. other, .. new byte[2000 - other.Length]]);
        File.SetLastWriteTimeUtc(file, time);
        Expect(collection.Sync(_folder.Photos), unchanged: 1);
        Expect(collection.Sync(_folder.Photos, new SyncOptions { CompareContent = true }), changed: 1);
        Expect(collection.Sync(_folder.Photos, new SyncOptions { CompareContent = true }), unchanged: 1);
        PhotoFolder.CheckCodes(collection, _encoder);
    }

    [Fact]
    public void An_empty_folder_empties_the_collection_only_if_told_so()
    {
        _folder.Draw("a.png", 1);
        using ImageCollection collection = Create();
        collection.Sync(_folder.Photos);
        File.Delete(_folder.At("a.png"));
        Assert.Contains("no image", Assert.Throws<InvalidDataException>(() => collection.Sync(_folder.Photos)).Message, StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => collection.Sync(_folder.At("nowhere")));
        Assert.Equal(1, collection.Count);
        Expect(collection.Sync(_folder.Photos, new SyncOptions { AllowEmptyFolder = true }), removed: 1);
        Assert.Equal(0, collection.Count);
    }

    [Fact]
    public void Folders_in_each_other_are_one_and_a_file_has_one_place()
    {
        foreach (string name in new[] { "x/1.png", "x/y/2.png", "x/y/z/3.png", "xother/4.png", "5.png" })
            _folder.Draw(name, name[^5]);
        string loose = _folder.Draw("loose.png", 6);
        using ImageCollection collection = Create();
        Expect(collection.Add(loose), added: 1);
        Expect(collection.Sync(_folder.At("x", "y")), added: 2);
        long[] ids = [.. collection.Images.Select(image => image.Id)];
        Assert.Equal([_folder.At("x", "y")], collection.Folders);

        Expect(collection.Sync(_folder.Photos), added: 3, unchanged: 3);
        Assert.Equal([_folder.Photos], collection.Folders);
        Assert.Equal(ids, collection.Images.Select(image => image.Id).Take(3));
        Assert.Equal("x/y/z/3.png", collection.Get(_folder.At("x", "y", "z", "3.png"))!.RelativePath);

        // A part alone: what lies beside it is left alone, also where its name begins alike.
        File.Delete(_folder.At("x", "1.png"));
        File.Delete(_folder.At("xother", "4.png"));
        Expect(collection.Sync(_folder.At("x")), removed: 1, unchanged: 2);
        Expect(collection.Sync(_folder.Photos), removed: 1, unchanged: 4);
    }

    [Fact]
    public void A_moved_folder_is_one_row()
    {
        _folder.Draw("a/1.png", 1);
        using ImageCollection collection = Create();
        collection.Sync(_folder.Photos);
        string to = _folder.Beside("elsewhere");
        Directory.Move(_folder.Photos, to);
        Assert.Throws<ArgumentException>(() => collection.MoveFolder(_folder.At("a"), to));
        collection.MoveFolder(_folder.Photos, to);
        Expect(collection.Sync(to), unchanged: 1);
        Assert.Equal(Path.Combine(to, "a", "1.png"), collection.Images.Single().Path);
    }

    [Fact]
    public void A_folder_that_may_not_be_opened_loses_nothing()
    {
        Assert.SkipWhen(Environment.UserName == "root", "Permissions do not bind root.");
        if (OperatingSystem.IsWindows())
            return;
        _folder.Draw("open/1.png", 1);
        _folder.Draw("closed/2.png", 2);
        using ImageCollection collection = Create();
        collection.Sync(_folder.Photos);
        File.SetUnixFileMode(_folder.At("closed"), UnixFileMode.None);
        SyncResult result = collection.Sync(_folder.Photos);
        File.SetUnixFileMode(_folder.At("closed"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Expect(result, unchanged: 1, skipped: 1);
        Assert.Equal(2, collection.Count);
    }

    [Fact]
    public void New_images_get_the_folder_s_name_and_labels_that_are_there_stay()
    {
        _folder.Draw("cats/1.png", 1);
        _folder.Draw("dogs/2.png", 2);
        using ImageCollection collection = Create();
        collection.Sync(_folder.Photos, new SyncOptions { LabelByFolder = true });
        Assert.Equal(["cats"], collection.Get(_folder.At("cats", "1.png"))!.Labels);
        collection.Relabel([collection.Get(_folder.At("cats", "1.png"))!.Id], "lions", "big", "lions");
        _folder.Draw("cats/1.png", 3);
        collection.Sync(_folder.Photos, new SyncOptions { LabelByFolder = true });
        Assert.Equal(["big", "lions"], collection.Get(_folder.At("cats", "1.png"))!.Labels);
        Assert.Equal(new Dictionary<string, int> { ["big"] = 1, ["dogs"] = 1, ["lions"] = 1 }, collection.Labels);
    }

    [Fact]
    public void Canceling_keeps_what_is_done_and_the_next_sync_goes_on()
    {
        for (int i = 0; i < 300; i++)
            _folder.Draw($"{i}.png", i);
        using HashEncoder small = _encoder.WithOptions(new HashEncodingOptions { BatchSize = 8, Workers = 2 });
        using var collection = ImageCollection.Create(_folder.File, small);
        using var stop = new CancellationTokenSource();
        var seen = new List<CollectionProgress>();
        Assert.Throws<OperationCanceledException>(() => collection.Sync(_folder.Photos, progress: new Progress(value =>
        {
            seen.Add(value);
            if (value.Done >= 40)
                stop.Cancel();
        }), cancellationToken: stop.Token));
        int kept = collection.Count;
        Assert.InRange(kept, 40, 299);
        long scored = small.Model.RowsScored;
        Expect(collection.Sync(_folder.Photos), added: 300 - kept, unchanged: kept);
        Assert.Equal(300 - kept, small.Model.RowsScored - scored);
        Assert.Equal(CollectionStage.Listing, seen[0].Stage);
        Assert.All(seen.Skip(1), value => Assert.True(value is { Stage: CollectionStage.Encoding, Total: 300, Rate: > 0, Remaining: not null }));
    }

    [Fact]
    public void Adding_says_what_cannot_be_read_and_tries_it_again()
    {
        string good = _folder.Draw("a.png", 1), bad = _folder.Break("b.png"), missing = _folder.At("c.png");
        using ImageCollection collection = Create();
        SyncResult result = collection.Add(good, bad, missing, good);
        Expect(result, added: 1, skipped: 2);
        Assert.Equal([bad, missing], result.Skipped.Select(each => each.Path));
        _folder.Draw("b.png", 2);
        Expect(collection.Add(good, bad), added: 1, unchanged: 1);
        Assert.Equal(1, collection.Remove([good]));
        Assert.Equal(0, collection.Remove([good]));
        Assert.Equal([bad], collection.Images.Select(image => image.Path));
        Assert.Equal("", collection.Images.Single().Folder);
    }

    private ImageCollection Create(ImageCollectionOptions? options = null) => ImageCollection.Create(_folder.File, _encoder, options);

    private static string Describe(CollectionImage image) =>
        $"{image.Id} {image.Path} {image.ContentHash} {image.Time:o} {Convert.ToHexString(image.Code.Span)}";

    private static void Expect(SyncResult result, int added = 0, int changed = 0, int moved = 0, int removed = 0, int unchanged = 0, int skipped = 0) =>
        Assert.Equal((added, changed, moved, removed, unchanged, skipped),
            (result.Added, result.Changed, result.Moved, result.Removed, result.Unchanged, result.Skipped.Count));

    private sealed class Progress(Action<CollectionProgress> take) : IProgress<CollectionProgress>
    {
        public void Report(CollectionProgress value) => take(value);
    }
}
