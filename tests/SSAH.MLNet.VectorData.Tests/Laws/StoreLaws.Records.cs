using System.Linq.Expressions;

namespace SSAH.MLNet.VectorData.Tests.Laws;

/// <summary>Records are what was written last, and a search is what comparing all of them one by one gives.</summary>
public abstract partial class StoreLaws
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Any_sequence_of_writes_and_reads_is_what_a_list_in_memory_says(int seed)
    {
        const int names = 60, rounds = 60;
        var photos = new Photos(seed);
        var filters = new RandomFilters(photos);
        var kept = new NaiveStore();
        VectorStoreCollection<string, Photo> collection = await Made<string, Photo>();
        using VectorStore other = Open();
        VectorStoreCollection<string, Photo> reader = other.GetCollection<string, Photo>("photos");
        for (int round = 0; round < rounds; round++)
        {
            switch (photos.Below(4))
            {
                case 0:
                    string[] gone = [.. Enumerable.Range(0, photos.Below(8)).Select(_ => photos.Next(names).Name)];
                    await collection.DeleteAsync(gone);
                    kept.Delete(gone);
                    break;
                case 1:
                    Photo one = photos.Next(names);
                    await collection.UpsertAsync(one);
                    kept.Upsert([one]);
                    break;
                default:
                    // With some names twice: the later record stays.
                    Photo[] many = [.. Enumerable.Range(0, photos.Below(30)).Select(_ => photos.Next(names))];
                    await collection.UpsertAsync(many);
                    kept.Upsert(many);
                    break;
            }
            await CheckSearch(round % 2 == 0 ? collection : reader, kept, photos, round % 3 == 0 ? null : filters.Next());
        }
        string[] all = [.. Enumerable.Range(0, names).Select(i => $"photo '{i}'")];
        List<Photo> found = await All(reader.GetAsync(all, new RecordRetrievalOptions { IncludeVectors = true }));
        Assert.Equal(kept.Photos.Select(photo => photo.Name).Order(StringComparer.Ordinal), found.Select(photo => photo.Name).Order(StringComparer.Ordinal));
        Assert.All(found, photo => Assert.Equal(kept[photo.Name].Values, photo.Values));
        Assert.All(found, photo => Assert.Equal(kept[photo.Name].Codes, photo.Codes));
        Assert.All(await All(reader.GetAsync(all)), photo => Assert.Equal([null, null], photo.Codes));
        Assert.Null(await reader.GetAsync("none"));
    }

    [Fact]
    public async Task What_a_search_gives_is_the_callers_and_writing_into_it_changes_no_other_answer()
    {
        var photos = new Photos(7);
        var kept = new NaiveStore();
        kept.Upsert([.. Enumerable.Range(0, 40).Select(_ => photos.Next(10_000))]);
        VectorStoreCollection<string, Photo> collection = await Made<string, Photo>();
        await collection.UpsertAsync(kept.Photos);
        for (int i = 0; i < 3; i++)
        {
            List<VectorSearchResult<Photo>> found = await All(collection.SearchAsync(photos.Code(64), 100, OnCode()));
            Assert.Equal(kept.Photos.Count(photo => photo.Code is not null), found.Count);
            Assert.All(found, match => Assert.Equal(kept[match.Record.Name].Values, match.Record.Values));
            foreach (Photo photo in found.Select(match => match.Record))
            {
                Array.Fill(photo.Thumbnail ?? [], (byte)i);
                Array.Fill(photo.Tags, $"{i}");
                photo.People?.Add($"{i}");
                (photo.Album, photo.Year) = ("mine", i);
            }
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Filters_let_through_what_they_let_through_in_memory(int seed)
    {
        var photos = new Photos(seed);
        var kept = new NaiveStore();
        kept.Upsert([.. Enumerable.Range(0, 150).Select(_ => photos.Next(10_000))]);
        VectorStoreCollection<string, Photo> collection = await Made<string, Photo>();
        await collection.UpsertAsync(kept.Photos);
        var filters = new RandomFilters(photos);
        for (int i = 0; i < 200; i++)
        {
            Expression<Func<Photo, bool>> filter = filters.Next(i % 4);
            string[] expected = [.. kept.Photos.Where(filter.Compile()).Select(photo => photo.Name)];
            string[] found = [.. (await All(collection.GetAsync(filter, 1000))).Select(photo => photo.Name)];
            Assert.True(expected.SequenceEqual(found), $"{filter}: {found.Length} found, {expected.Length} expected.");
        }
    }

    [Fact]
    public async Task Filters_that_no_database_answers_are_refused_with_the_reason()
    {
        VectorStoreCollection<string, Photo> collection = await Made<string, Photo>();
        Expression<Func<Photo, bool>>[] filters =
        [
            photo => photo.Name.Length > 3, photo => photo.Year % 2 == 0, photo => photo.Name.Trim() == "A", photo => photo.Latitude == double.NaN,
            photo => photo.Name.StartsWith("a", StringComparison.OrdinalIgnoreCase), photo => (int)photo.Brightness == 1, photo => photo.Code == null,
        ];
        foreach (Expression<Func<Photo, bool>> filter in filters)
            await Assert.ThrowsAsync<NotSupportedException>(() => All(collection.GetAsync(filter, 1)));
    }

    [Fact]
    public async Task Records_are_ordered_and_paged_as_in_memory()
    {
        var photos = new Photos(5);
        var kept = new NaiveStore();
        kept.Upsert([.. Enumerable.Range(0, 80).Select(_ => photos.Next(10_000))]);
        VectorStoreCollection<string, Photo> collection = await Made<string, Photo>();
        await collection.UpsertAsync(kept.Photos);
        string[] byRating = [.. kept.Photos.OrderBy(photo => photo.Rating).ThenByDescending(photo => photo.Album, StringComparer.Ordinal)
            .Select(photo => photo.Name)];
        var options = new FilteredRecordRetrievalOptions<Photo> { OrderBy = order => order.Ascending(photo => photo.Rating).Descending(photo => photo.Album) };
        var found = new List<string>();
        for (options.Skip = 0; options.Skip < 80; options.Skip += 7)
            found.AddRange((await All(collection.GetAsync(photo => true, 7, options))).Select(photo => photo.Name));
        Assert.Equal(byRating, found);
    }

    [Fact]
    public async Task Times_are_kept_as_instants()
    {
        VectorStoreCollection<string, Photo> collection = await Made<string, Photo>();
        var local = new DateTime(2024, 7, 1, 12, 0, 0, DateTimeKind.Local);
        await collection.UpsertAsync(new Photo { Name = "a", Taken = local, Edited = new DateTimeOffset(2024, 1, 1, 3, 0, 0, TimeSpan.FromHours(3)) });
        await collection.UpsertAsync(new Photo { Name = "b", Taken = new DateTime(2024, 7, 1, 12, 0, 0) });
        Photo a = (await collection.GetAsync("a"))!, b = (await collection.GetAsync("b"))!;
        Assert.Equal((local.ToUniversalTime(), DateTimeKind.Utc), (a.Taken, a.Taken.Kind));
        Assert.Equal(new DateTime(2024, 7, 1, 12, 0, 0, DateTimeKind.Utc), b.Taken);
        Assert.Equal((new DateTime(2024, 1, 1), TimeSpan.Zero), (a.Edited!.Value.DateTime, a.Edited.Value.Offset));
    }

    [Fact]
    public async Task What_cannot_be_kept_is_refused_and_nothing_of_its_batch_is()
    {
        VectorStoreCollection<string, Photo> collection = await Made<string, Photo>();
        Photo[] bad =
        [
            new() { Name = "b", Latitude = double.NaN }, new() { Name = null! }, new() { Name = "b", Tags = null! }, new() { Name = "b", People = [null!] },
            new() { Name = "b", Code = new byte[7] }, new() { Name = "b", Other = new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0x40 } },
        ];
        foreach (Photo photo in bad)
            await Assert.ThrowsAsync<ArgumentException>(() => collection.UpsertAsync([new Photo { Name = "a" }, photo]));
        await Assert.ThrowsAsync<ArgumentNullException>(() => collection.UpsertAsync([new Photo { Name = "a" }, null!]));
        Assert.Empty(await All(collection.GetAsync(photo => true, 10)));
    }

    private static async Task CheckSearch(VectorStoreCollection<string, Photo> collection, NaiveStore kept, Photos photos,
        Expression<Func<Photo, bool>>? filter)
    {
        bool other = photos.Below(3) == 0;
        byte[] query = photos.Code(other ? 70 : 64);
        int top = photos.Below(30) + 1, skip = photos.Below(5);
        double? threshold = photos.Below(2) == 0 ? null : photos.Below(70) + 0.5;
        var expected = kept.Photos.Where(filter?.Compile() ?? (_ => true)).Select(photo => (Photo: photo, Code: other ? photo.Other?.ToArray() : photo.Code))
            .Where(each => each.Code is not null).Select(each => (each.Photo, Distance: Distance(each.Code!, query)))
            .Where(each => each.Distance <= (threshold ?? 70)).OrderBy(each => each.Distance).Skip(skip).Take(top).ToArray();
        // The second answer may be from memory.
        foreach (bool withCodes in new[] { false, false, true })
        {
            List<VectorSearchResult<Photo>> found = await All(collection.SearchAsync(query, top, new VectorSearchOptions<Photo>
            {
                VectorProperty = other ? photo => photo.Other : photo => photo.Code, Skip = skip, Filter = filter, ScoreThreshold = threshold,
                IncludeVectors = withCodes,
            }));
            Assert.Equal(expected.Select(each => (each.Photo.Name, (double?)each.Distance)), found.Select(each => (each.Record.Name, each.Score)));
            Assert.All(found, each => Assert.Equal(kept[each.Record.Name].Values, each.Record.Values));
            Assert.All(found, each => Assert.Equal(withCodes ? kept[each.Record.Name].Codes : [null, null], each.Record.Codes));
        }
    }
}
