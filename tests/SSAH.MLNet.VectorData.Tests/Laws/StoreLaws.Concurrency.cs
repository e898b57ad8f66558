namespace SSAH.MLNet.VectorData.Tests.Laws;

/// <summary>Many at a time.</summary>
public abstract partial class StoreLaws
{
    [Fact]
    public async Task Threads_and_stores_write_and_search_at_the_same_time_and_every_answer_is_whole()
    {
        const int writers = 3, each = 30;
        await Made<string, Photo>();
        using VectorStore other = Open();
        VectorStore[] stores = [Store, other];
        using var done = new CancellationTokenSource();
        Task[] readers = [.. Enumerable.Range(0, 2).Select(reader => Task.Run(async () =>
        {
            VectorStoreCollection<string, Photo> collection = stores[reader].GetCollection<string, Photo>("photos");
            while (!done.IsCancellationRequested)
            {
                var found = await All(collection.SearchAsync(new byte[8], 200, new VectorSearchOptions<Photo>
                {
                    VectorProperty = photo => photo.Code, IncludeVectors = true,
                }));
                Assert.Equal(found.Count, found.Select(match => match.Record.Name).Distinct().Count());
                // Each record is as one of its writers wrote it, and at the distance of its code.
                Assert.All(found, match => Assert.Equal(match.Record.Year, match.Record.Code![0]));
                Assert.All(found, match => Assert.Equal(Distance(match.Record.Code!, new byte[8]), match.Score));
            }
        }))];
        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            VectorStoreCollection<string, Photo> collection = stores[writer % 2].GetCollection<string, Photo>("photos");
            for (int i = 0; i < each; i++)
            {
                byte value = (byte)((writer * each) + i);
                await collection.UpsertAsync([Valued($"own {writer} {i}", value), Valued($"shared {i}", value)]);
                if (i % 3 == 0)
                    await collection.DeleteAsync($"own {writer} {i}");
            }
        })));
        await done.CancelAsync();
        await Task.WhenAll(readers);
        foreach (VectorStoreCollection<string, Photo> collection in stores.Select(store => store.GetCollection<string, Photo>("photos")))
            Assert.Equal(each + (writers * each * 2 / 3), (await All(collection.SearchAsync(new byte[8], 500, OnCode()))).Count);

        static Photo Valued(string name, byte value) => new() { Name = name, Year = value, Code = [value, 0, 0, 0, 0, 0, 0, 0] };
    }

    [Fact]
    public async Task Canceled_calls_end_as_such()
    {
        VectorStoreCollection<string, Photo> collection = await Made<string, Photo>();
        await collection.UpsertAsync(new Photos(1).Next(1));
        using var canceled = new CancellationTokenSource();
        await canceled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => collection.UpsertAsync(new Photos(2).Next(5), canceled.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => collection.DeleteAsync("photo '0'", canceled.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => All(collection.SearchAsync(new byte[8], 1, OnCode(), canceled.Token)));
        Assert.Single(await All(collection.GetAsync(photo => true, 10)));
    }
}
