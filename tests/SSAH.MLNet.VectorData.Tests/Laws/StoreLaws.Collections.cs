namespace SSAH.MLNet.VectorData.Tests.Laws;

/// <summary>Collections come and go.</summary>
public abstract partial class StoreLaws
{
    [Fact]
    public async Task Collections_are_made_listed_and_deleted_as_often_as_one_likes()
    {
        string[] names = ["photos", "İ\"'; --", "second"];
        foreach (string name in names)
        {
            VectorStoreCollection<string, Photo> collection = Store.GetCollection<string, Photo>(name);
            Assert.Equal(name, collection.Name);
            Assert.False(await collection.CollectionExistsAsync());
            await collection.EnsureCollectionExistsAsync();
            await collection.EnsureCollectionExistsAsync();
            Assert.True(await collection.CollectionExistsAsync());
            Assert.True(await Store.CollectionExistsAsync(name));
            await collection.UpsertAsync(new Photos(1).Next(1));
        }
        Assert.Equal(names.Order(StringComparer.Ordinal), (await All(Store.ListCollectionNamesAsync())).Order(StringComparer.Ordinal));
        await Store.EnsureCollectionDeletedAsync("second");
        await Store.EnsureCollectionDeletedAsync("second");
        await Store.GetCollection<string, Photo>("photos").EnsureCollectionDeletedAsync();
        Assert.Equal([names[1]], await All(Store.ListCollectionNamesAsync()));

        // Made again it is empty, also for who had it before.
        await Store.GetCollection<string, Photo>("photos").EnsureCollectionExistsAsync();
        Assert.Empty(await All(Store.GetCollection<string, Photo>("photos").GetAsync(photo => true, 10)));
        Assert.Empty(await All(Store.GetCollection<string, Photo>("photos").SearchAsync(new byte[8], 10, OnCode())));
    }

    [Fact]
    public async Task A_collection_that_is_not_there_is_named_with_the_remedy()
    {
        VectorStoreCollection<string, Photo> none = Store.GetCollection<string, Photo>("none");
        Func<Task>[] uses =
        [
            () => none.UpsertAsync(new Photos(1).Next(1)), () => none.DeleteAsync("a"), () => none.GetAsync("a"), () => All(none.GetAsync(photo => true, 1)),
            () => All(none.SearchAsync(new byte[8], 1, OnCode())),
        ];
        foreach (Func<Task> use in uses)
        {
            VectorStoreException error = await Assert.ThrowsAsync<VectorStoreException>(use);
            Assert.Contains("EnsureCollectionExistsAsync", error.Message, StringComparison.Ordinal);
            Assert.Equal("none", error.CollectionName);
            Assert.NotNull(error.OperationName);
            Assert.NotNull(error.VectorStoreSystemName);
        }
    }

    [Fact]
    public async Task Records_of_other_properties_are_refused_by_name()
    {
        await Made<string, Photo>();
        VectorStoreCollection<Guid, Slide> other = Store.GetCollection<Guid, Slide>("photos");
        VectorStoreException error = await Assert.ThrowsAsync<VectorStoreException>(() => other.EnsureCollectionExistsAsync());
        Assert.Contains("Brightness", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<VectorStoreException>(() => other.UpsertAsync(new Slide()));
    }

    [Fact]
    public void What_no_store_keeps_is_refused_when_the_collection_is_taken()
    {
        Assert.Throws<NotSupportedException>(() => Store.GetDynamicCollection("a", Definition(new VectorStoreVectorProperty("Code", typeof(byte[]), 64)
        {
            DistanceFunction = DistanceFunction.CosineSimilarity,
        })));
        Assert.Throws<NotSupportedException>(() => Store.GetDynamicCollection("a", Definition(new VectorStoreVectorProperty("Code", typeof(byte[]), 5000))));
        Assert.Throws<NotSupportedException>(() => Store.GetDynamicCollection("a", Definition(new VectorStoreVectorProperty("Code", typeof(byte[]), 64)
        {
            IndexKind = IndexKind.DiskAnn,
        })));
        Assert.ThrowsAny<Exception>(() => Store.GetDynamicCollection("a", Definition(new VectorStoreVectorProperty("Code", typeof(float[]), 64))));
        Assert.Throws<NotSupportedException>(() => Store.GetDynamicCollection("a", Definition(new VectorStoreVectorProperty("Code", typeof(byte[]), 64),
            new VectorStoreDataProperty("code", typeof(int)))));
        Assert.Throws<NotSupportedException>(() => Store.GetDynamicCollection("a", Definition(new VectorStoreVectorProperty("Code", typeof(byte[]), 64),
            new VectorStoreDataProperty("SSAH_ID", typeof(int)))));
        Assert.ThrowsAny<Exception>(() => Store.GetDynamicCollection("a", Definition(new VectorStoreVectorProperty("Code", typeof(byte[]), 64),
            new VectorStoreDataProperty("Uri", typeof(Uri)))));
    }

    [Fact]
    public void Stores_and_collections_say_what_they_are()
    {
        using VectorStoreCollection<string, Photo> collection = Store.GetCollection<string, Photo>("photos");
        var store = Assert.IsType<VectorStoreMetadata>(Store.GetService(typeof(VectorStoreMetadata)));
        var metadata = Assert.IsType<VectorStoreCollectionMetadata>(collection.GetService(typeof(VectorStoreCollectionMetadata)));
        Assert.Equal(("photos", store.VectorStoreSystemName, store.VectorStoreName),
            (metadata.CollectionName, metadata.VectorStoreSystemName, metadata.VectorStoreName));
        Assert.Same(Store, Store.GetService(typeof(VectorStore)));
        Assert.Same(collection, collection.GetService(typeof(IVectorSearchable<Photo>)));
        Assert.Null(collection.GetService(typeof(VectorStoreCollectionMetadata), "key"));
        Assert.Null(Store.GetService(typeof(string)));
    }

    private static VectorStoreCollectionDefinition Definition(params VectorStoreProperty[] properties) =>
        new() { Properties = [new VectorStoreKeyProperty("Name", typeof(string)), .. properties] };

    private static VectorSearchOptions<Photo> OnCode() => new() { VectorProperty = photo => photo.Code };

    private sealed class Slide
    {
        [VectorStoreKey]
        public Guid Id { get; set; }

        [VectorStoreVector(64)]
        public byte[] Code { get; set; } = new byte[8];
    }
}
