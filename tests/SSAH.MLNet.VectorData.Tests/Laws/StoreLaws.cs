namespace SSAH.MLNet.VectorData.Tests.Laws;

/// <summary>
/// What the documentation of Microsoft.Extensions.VectorData promises and what this library adds to it, as laws that every store of it obeys. A store's tests
/// derive from it and say how to open an empty one.
/// </summary>
public abstract partial class StoreLaws : IDisposable
{
    private readonly Lazy<VectorStore> _store;

    protected StoreLaws() => _store = new Lazy<VectorStore>(() => Open());

    public void Dispose()
    {
        if (_store.IsValueCreated)
            _store.Value.Dispose();
        Close();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens the store of this test, which is empty at first.</summary>
    protected abstract VectorStore Open(Microsoft.Extensions.AI.IEmbeddingGenerator? generator = null);

    /// <summary>Removes what the test made.</summary>
    protected abstract void Close();

    private VectorStore Store => _store.Value;

    private async Task<VectorStoreCollection<TKey, TRecord>> Made<TKey, TRecord>(string name = "photos", VectorStoreCollectionDefinition? definition = null)
        where TKey : notnull
        where TRecord : class
    {
        VectorStoreCollection<TKey, TRecord> collection = Store.GetCollection<TKey, TRecord>(name, definition);
        await collection.EnsureCollectionExistsAsync();
        return collection;
    }

    private static async Task<List<T>> All<T>(IAsyncEnumerable<T> items)
    {
        var list = new List<T>();
        await foreach (T item in items)
            list.Add(item);
        return list;
    }

    private static int Distance(byte[] a, byte[] b) => a.Zip(b, (x, y) => int.PopCount(x ^ y)).Sum();
}
