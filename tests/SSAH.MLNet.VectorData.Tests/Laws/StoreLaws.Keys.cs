using System.Globalization;

namespace SSAH.MLNet.VectorData.Tests.Laws;

/// <summary>Keys of every type, in records of a class and of a dictionary.</summary>
public abstract partial class StoreLaws
{
    [Fact]
    public async Task Keys_may_be_numbers_texts_and_guids()
    {
        await CheckKeys<string>(i => i == 0 ? "" : $"İ'{i}");
        await CheckKeys<int>(i => i == 0 ? int.MinValue : i);
        await CheckKeys<long>(i => i == 0 ? long.MaxValue : i);
        await CheckKeys<Guid>(i => new Guid(i + 1, 0, 0, new byte[8]));
        Assert.Throws<NotSupportedException>(() => Store.GetCollection<DateTime, Keyed<DateTime>>("wrong"));
    }

    [Fact]
    public async Task Records_without_a_type_are_kept_as_those_with_one()
    {
        VectorStoreCollection<object, Dictionary<string, object?>> collection = Store.GetDynamicCollection("dynamic", new VectorStoreCollectionDefinition
        {
            Properties =
            [
                new VectorStoreKeyProperty("Id", typeof(long)), new VectorStoreDataProperty("Title", typeof(string)) { IsIndexed = true },
                new VectorStoreDataProperty("Year", typeof(int?)), new VectorStoreVectorProperty("Code", typeof(byte[]), 16),
            ],
        });
        await collection.EnsureCollectionExistsAsync();
        await collection.UpsertAsync([Of(1, "one", 2001, 0), Of(2, null, null, 1), Of(3, "three", 2003, 3)]);
        Dictionary<string, object?> two = (await collection.GetAsync(2L))!;
        Assert.Equal((2L, null, null), ((long)two["Id"]!, two["Title"], two["Year"]));
        Assert.False(two.TryGetValue("Code", out object? none) && none is not null);
        var after = await All(collection.GetAsync(record => (int?)record["Year"] > 2001 && (string?)record["Title"] != "one", 10));
        Assert.Equal([3L], after.Select(record => (long)record["Id"]!));
        var found = await All(collection.SearchAsync(new byte[2], 5, new()
        {
            Filter = record => (string?)record["Title"] == null || (long)record["Id"]! == 3,
        }));
        Assert.Equal([(2L, 1.0), (3L, 2.0)], found.Select(each => ((long)each.Record["Id"]!, each.Score!.Value)));
        await Assert.ThrowsAsync<ArgumentException>(() => collection.GetAsync("2"));
        await collection.DeleteAsync(2L);
        Assert.Null(await collection.GetAsync(2L));

        static Dictionary<string, object?> Of(long id, string? title, int? year, byte code) =>
            new() { ["Id"] = id, ["Title"] = title, ["Year"] = year, ["Code"] = new byte[] { code, 0 } };
    }

    private async Task CheckKeys<TKey>(Func<int, TKey> keyOf)
        where TKey : notnull
    {
        VectorStoreCollection<TKey, Keyed<TKey>> collection = await Made<TKey, Keyed<TKey>>(typeof(TKey).Name);
        await collection.UpsertAsync(Enumerable.Range(0, 4).Select(i => new Keyed<TKey> { Id = keyOf(i), Text = i.ToString(CultureInfo.InvariantCulture) }));
        await collection.UpsertAsync(new Keyed<TKey> { Id = keyOf(2), Text = "again" });
        Assert.Equal("again", (await collection.GetAsync(keyOf(2)))!.Text);
        Assert.Equal(["0", "3"], (await All(collection.GetAsync([keyOf(0), keyOf(9), keyOf(3), keyOf(0)]))).Select(each => each.Text));
        TKey third = keyOf(3);
        Assert.Equal(keyOf(3), (await All(collection.GetAsync(record => record.Id.Equals(third), 5))).Single().Id);
        await collection.DeleteAsync([keyOf(3), keyOf(9)]);
        Assert.Equal(3, (await All(collection.SearchAsync(new byte[1], 5))).Count);
    }

    private sealed class Keyed<TKey>
    {
        [VectorStoreKey]
        public TKey Id { get; set; } = default!;

        [VectorStoreData]
        public string Text { get; set; } = "";

        [VectorStoreVector(8)]
        public byte[] Code { get; set; } = [0];
    }
}
