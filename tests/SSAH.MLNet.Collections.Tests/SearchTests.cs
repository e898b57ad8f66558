using System.Numerics;
using Microsoft.ML;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Collections.Tests;

public sealed class SearchTests : IDisposable
{
    private const int Count = 120;
    private readonly PhotoFolder _folder = new();
    private readonly HashEncoder _encoder = PhotoFolder.Encoder();
    private readonly ImageCollection _collection;
    private readonly CollectionImage[] _images;

    public SearchTests()
    {
        for (int i = 0; i < Count; i++)
            _folder.Draw($"{i % 3}/{i % 5}/{i}.png", i);
        _collection = ImageCollection.Create(_folder.File, _encoder);
        _collection.Sync(_folder.Photos, new SyncOptions { LabelByFolder = true, ClassLevel = 1 });
        _collection.Relabel(_collection.Images.Where(image => image.Id % 4 == 0).Select(image => image.Id), "four", "2");
        _collection.Relabel(_collection.Images.Where(image => image.Id % 7 == 0).Select(image => image.Id));
        _images = [.. _collection.Images];
    }

    public void Dispose()
    {
        _collection.Dispose();
        _encoder.Dispose();
        _folder.Dispose();
    }

    public static TheoryData<int> Filters => [.. Enumerable.Range(0, Cases("").Length)];

    private static (ImageFilter Filter, Func<CollectionImage, bool> Allows)[] Cases(string photos)
    {
        string folder = Path.Combine(photos, "1");
        DateTime now = DateTime.UtcNow;
        (ImageFilter Filter, Func<CollectionImage, bool> Allows)[] plain =
        [
            (ImageFilter.WithLabel("2"), image => image.Labels.Contains("2")),
            (ImageFilter.WithLabel("no such"), image => false),
            (ImageFilter.Unlabeled, image => image.Labels.Count == 0),
            (ImageFilter.Below(folder), image => image.RelativePath.StartsWith("1/", StringComparison.Ordinal)),
            (ImageFilter.Below(Path.Combine(folder, "2")), image => image.RelativePath.StartsWith("1/2/", StringComparison.Ordinal)),
            (ImageFilter.Below(Path.GetDirectoryName(photos) ?? "nowhere"), image => true),
            (ImageFilter.WithId(3, 5, 1000), image => image.Id is 3 or 5),
            (ImageFilter.AtLeast(18, 13), image => image is { Width: >= 18, Height: >= 13 }),
            (ImageFilter.WrittenSince(now.AddHours(1)), image => false),
        ];
        return
        [
            .. plain,
            (plain[0].Filter & !plain[3].Filter, image => plain[0].Allows(image) && !plain[3].Allows(image)),
            ((plain[2].Filter | plain[4].Filter) & plain[7].Filter, image => (plain[2].Allows(image) || plain[4].Allows(image)) && plain[7].Allows(image)),
            (!(plain[0].Filter | plain[6].Filter), image => !plain[0].Allows(image) && !plain[6].Allows(image)),
        ];
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public void Pages_are_the_images_that_a_filter_means_in_the_order_of_their_ids(int which)
    {
        (ImageFilter filter, Func<CollectionImage, bool> allows) = Cases(_folder.Photos)[which];
        long[] expected = [.. _images.Where(allows).Select(image => image.Id).Order()];
        var paged = new List<long>();
        IReadOnlyList<CollectionImage> page;
        while ((page = _collection.Page(paged.LastOrDefault(), 7, filter)).Count > 0)
        {
            Assert.InRange(page.Count, 1, 7);
            paged.AddRange(page.Select(image => image.Id));
        }
        Assert.Equal(expected, paged);
    }

    [Fact]
    public void The_revision_rises_with_every_commit_of_anybody_and_with_nothing_else()
    {
        long before = _collection.Revision;
        _collection.Search(_images[0].Id, 3);
        Assert.Equal(before, _collection.Revision);
        _collection.Relabel([_images[0].Id], "one");
        Assert.InRange(_collection.Revision, before + 1, long.MaxValue);
        using var other = ImageCollection.Open(_collection.Path, _collection.Encoder);
        Assert.Equal(_collection.Revision, other.Revision);
        other.Relabel([_images[0].Id]);
        Assert.Equal(other.Revision, _collection.Revision);
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public void Filtering_first_is_filtering_afterwards(int which)
    {
        (ImageFilter filter, Func<CollectionImage, bool> allows) = Cases(_folder.Photos)[which];
        foreach (CollectionImage query in _images.Where(image => image.Id % 10 == 1))
        {
            Assert.Equal(Nearest(query.Code.Span, 9, allows), Found(_collection.Search(query.Code.Span, 9, filter)));
            Assert.Equal(Nearest(query.Code.Span, 9, image => allows(image) && image.Id != query.Id), Found(_collection.Search(query.Id, 9, filter)));
        }
    }

    [Fact]
    public void Every_way_to_ask_gives_what_comparing_all_codes_gives()
    {
        foreach (CollectionImage query in _images.Where(image => image.Id % 15 == 2))
        {
            var nearest = Nearest(query.Code.Span, 11, _ => true);
            Assert.Equal(nearest, Found(_collection.Search(query.Code.Span, 11)));
            Assert.Equal(nearest, Found(_collection.Search(query.Path, 11)));
            using FileStream stream = File.OpenRead(query.Path);
            Assert.Equal(nearest, Found(_collection.Search(stream, 11)));
            Assert.Equal(nearest, Found(_collection.Search(_encoder.EncodeImages([query.Path, _images[0].Path]), 11)[0]));
            Assert.Equal(Count - 1, _collection.Search(query.Id, int.MaxValue).Count);
        }
    }

    [Fact]
    public void Questions_that_make_no_sense_are_errors()
    {
        Assert.Throws<ArgumentException>(() => _collection.Search(new byte[7], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => _collection.Search(_images[0].Id, 0));
        Assert.Throws<KeyNotFoundException>(() => _collection.Search(10_000, 1));
        Assert.Throws<DamagedFileException>(() => _collection.Search(_folder.Break("broken.png"), 1));
        using HashEncoder other = PhotoFolder.Encoder(seed: 2);
        BinaryCodes foreign = other.EncodeImages([_images[0].Path]);
        // Where few are let through, or none, and asked again.
        foreach (ImageFilter filter in new[] { ImageFilter.WithId(3), ImageFilter.WithLabel("no such"), ImageFilter.WithId(3) })
            Assert.Throws<ArgumentException>(() => _collection.Search(foreign, 1, filter));
        ArgumentException error = Assert.Throws<ArgumentException>(() => _collection.Search(foreign, 1));
        Assert.Contains(other.ModelId, error.Message, StringComparison.Ordinal);
        Assert.Contains(_encoder.ModelId, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_of_duplicates_are_the_connected_parts_of_near_pairs()
    {
        foreach (int radius in new[] { 0, 2, 6 })
        {
            var groups = _images.Select(image => new HashSet<long> { image.Id }).ToList();
            foreach (CollectionImage left in _images)
                foreach (CollectionImage right in _images.Where(right => right.Id > left.Id && Distance(left.Code.Span, right.Code.Span) <= radius))
                {
                    HashSet<long> one = groups.Single(group => group.Contains(left.Id)), other = groups.Single(group => group.Contains(right.Id));
                    if (one == other)
                        continue;
                    one.UnionWith(other);
                    groups.Remove(other);
                }
            string[] expected = [.. groups.Where(group => group.Count > 1).Select(group => string.Join(' ', group.Order())).Order(StringComparer.Ordinal)];
            Assert.Equal(expected, _collection.FindGroups(radius)
                .Select(group => string.Join(' ', group.Images.Select(image => image.Id))).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Duplicates_of_a_collection_are_those_of_its_files()
    {
        File.Copy(_folder.At("0", "0", "0.png"), _folder.At("0", "0", "copy.png"));
        _collection.Sync(_folder.Photos);
        ImageFilter folder = ImageFilter.Below(_folder.At("0", "0"));
        DuplicateReport expected = new MLContext().HashRetrieval.FindDuplicates(Directory.GetFiles(_folder.At("0", "0"))),
            report = _collection.FindDuplicates(filter: folder);
        Assert.Contains(report.Groups, group => group.Images.Count == 2 && group.Copies.Single().Kind == DuplicateKind.SameFile);
        Assert.Equal(expected.Files, report.Files);
        Assert.Equal(expected.Groups.SelectMany(group => group.Images), report.Groups.SelectMany(group => group.Images));
    }

    [Fact]
    public void A_filter_that_is_asked_again_sees_what_changed_since()
    {
        ImageFilter filter = ImageFilter.WithLabel("fresh");
        using var other = ImageCollection.Open(_folder.File);
        for (int count = 0; count < 4; count++)
        {
            Assert.Equal(count, _collection.Search(_images[0].Code.Span, Count, filter).Count);
            Assert.Equal(count, _collection.Search(_images[0].Code.Span, Count, ImageFilter.WithLabel("fresh")).Count);
            other.Relabel([_images[count].Id], "fresh");
        }
        other.Remove(_images[0].Id);
        Assert.Equal(3, _collection.Search(_images[5].Id, Count, filter).Count);
    }

    [Fact]
    public void A_search_sees_what_another_has_committed_since()
    {
        using var other = ImageCollection.Open(_folder.File);
        using HashEncoder longer = PhotoFolder.Encoder(bits: 128);
        CollectionImage image = _images[0];
        byte[] code = image.Code.ToArray();
        for (int i = 0; i < 3; i++)
        {
            other.Relabel([image.Id], $"label {i}");
            // The second answer is from memory.
            for (int again = 0; again < 2; again++)
                Assert.Equal([$"label {i}"], _collection.Search(code, Count).Single(match => match.Image.Id == image.Id).Image.Labels);
        }
        other.Remove(image.Id);
        Assert.DoesNotContain(_collection.Search(code, Count), match => match.Image.Id == image.Id);
        Assert.Equal(Count - 1, _collection.Search(code, Count).Count);
        other.SwitchModel(longer);
        Assert.Equal(Count - 1, _collection.Search(new byte[16], Count).Count);
        other.SwitchModel(_encoder);
        Assert.Equal(Count - 1, _collection.Search(code, Count).Count);
        other.Remove(other.Images.Select(each => each.Id));
        Assert.Empty(_collection.Search(code, Count));
        Assert.Throws<ArgumentException>(() => _collection.Search(new byte[16], Count));
    }

    [Fact]
    public async Task Searches_run_while_images_come_and_go()
    {
        long end = Environment.TickCount64 + 700;
        Task[] searching = [.. Enumerable.Range(0, 3).Select(worker => Task.Run(() =>
        {
            for (int i = worker; Environment.TickCount64 < end; i = (i + 7) % Count)
            {
                IReadOnlyList<CollectionMatch> matches = _collection.Search(_images[i].Code.Span, 20, i % 2 == 0 ? null : ImageFilter.Below(_folder.Photos));
                Assert.Equal(20, matches.Count);
                Assert.All(matches, match => Assert.Equal(Distance(_images[i].Code.Span, match.Image.Code.Span), match.Distance));
            }
        }))];
        while (Environment.TickCount64 < end)
        {
            Assert.Equal(5, _collection.Remove(_collection.Images.Take(5).Select(image => image.Id)));
            Assert.Equal(5, _collection.Sync(_folder.Photos).Added);
        }
        await Task.WhenAll(searching);
        PhotoFolder.CheckCodes(_collection, _encoder);
    }

    [Fact]
    public void Closed_it_says_so()
    {
        _collection.Dispose();
        _collection.Dispose();
        Assert.Throws<ObjectDisposedException>(() => _collection.Count);
        Assert.Throws<ObjectDisposedException>(() => _collection.Remove(1));
        Assert.Throws<ObjectDisposedException>(() => _collection.Sync(_folder.Photos));
        // The given encoder is the caller's, and the file is whole without its log.
        Assert.Equal(1, _encoder.EncodeImages([_images[0].Path]).Count);
        Assert.False(File.Exists(_folder.File + "-wal"));
    }

    private static int Distance(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        int distance = 0;
        for (int i = 0; i < left.Length; i++)
            distance += BitOperations.PopCount((uint)(left[i] ^ right[i]));
        return distance;
    }

    private (long, int)[] Nearest(ReadOnlySpan<byte> query, int k, Func<CollectionImage, bool> allows)
    {
        byte[] code = query.ToArray();
        return [.. _images.Where(allows).Select(image => (image.Id, Distance: Distance(code, image.Code.Span)))
            .OrderBy(each => each.Distance).ThenBy(each => each.Id).Take(k)];
    }

    private static (long, int)[] Found(IReadOnlyList<CollectionMatch> matches) => [.. matches.Select(match => (match.Image.Id, match.Distance))];
}
