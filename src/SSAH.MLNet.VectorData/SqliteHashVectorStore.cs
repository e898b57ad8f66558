using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using SSAH.MLNet.VectorData.Records;
using SSAH.MLNet.VectorData.Sqlite;

namespace SSAH.MLNet.VectorData;

/// <summary>
/// A vector store of hash codes in one SQLite file: collections of records of any type, each property in a column of its own, with exact Hamming search over
/// the codes in memory.
/// </summary>
/// <remarks>
/// <para>Codes are <c>BinaryEmbedding</c>, <c>BitArray</c>, <c>ReadOnlyMemory&lt;byte&gt;</c> or <c>byte[]</c> (packed, least significant bit first), or
/// whatever an embedding generator turns into a <c>BinaryEmbedding</c>: with <see cref="HashEmbeddingGenerator"/>, images as <c>DataContent</c>. Their
/// number of
/// bits is the property's <c>Dimensions</c>. The score of a search is the number of bits that differ; matches of equal distance come in the order in which they
/// were first stored.</para>
/// <para>Safe to use from many threads and by several processes at a time: many read while one writes. What was acknowledged survives the end of the process
/// at any moment. The file must lie on a local disk.</para>
/// </remarks>
public sealed class SqliteHashVectorStore : VectorStore
{
    private readonly SqliteStore _store;
    private readonly SqliteHashVectorStoreOptions _options;
    private readonly ConcurrentDictionary<(string Name, string Definition), SqliteRecordTable> _tables = new();
    private readonly VectorStoreMetadata _metadata;

    /// <summary>Opens a store; makes an empty one where there is no such file.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="options">How it is used; null takes the defaults.</param>
    /// <exception cref="DirectoryNotFoundException">There is no folder for it.</exception>
    /// <exception cref="Hashing.DamagedFileException">The file is no vector store, is damaged, or was made by a newer version of this library.</exception>
    public SqliteHashVectorStore(string path, SqliteHashVectorStoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        _options = options ?? new SqliteHashVectorStoreOptions();
        _store = new SqliteStore(System.IO.Path.GetFullPath(path), _options.WaitForWriter);
        _metadata = new VectorStoreMetadata { VectorStoreSystemName = "sqlite", VectorStoreName = System.IO.Path.GetFileName(_store.Path) };
    }

    /// <summary>Full path of the file.</summary>
    public string Path => _store.Path;

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The records have properties that the store cannot keep; the message says which, and what it keeps.</exception>
    public override VectorStoreCollection<TKey, TRecord> GetCollection<TKey, TRecord>(string name, VectorStoreCollectionDefinition? definition = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (typeof(TRecord) == typeof(Dictionary<string, object?>))
            throw new ArgumentException(VectorDataStrings.GetCollectionWithDictionaryNotSupported);
        return Collection<TKey, TRecord>(name, new HashModelBuilder([], []).Build(typeof(TRecord), typeof(TKey), definition, _options.EmbeddingGenerator));
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The records have properties that the store cannot keep; the message says which, and what it keeps.</exception>
    public override VectorStoreCollection<object, Dictionary<string, object?>> GetDynamicCollection(string name, VectorStoreCollectionDefinition definition)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(definition);
        return Collection<object, Dictionary<string, object?>>(name, new HashModelBuilder([], []).BuildDynamic(definition, _options.EmbeddingGenerator));
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<string> ListCollectionNamesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        List<string> names = await Run("ListCollectionNames", null,
            () => _store.Read(session => session.Query("SELECT name FROM collection ORDER BY name", reader => reader.GetString(0)))).ConfigureAwait(false);
        foreach (string name in names)
            yield return name;
    }

    /// <inheritdoc/>
    public override Task<bool> CollectionExistsAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return Run("CollectionExists", name, () => _store.Read(session => StoredCollection.Find(session, name) is not null));
    }

    /// <inheritdoc/>
    public override Task EnsureCollectionDeletedAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return Run("EnsureCollectionDeleted", name, () =>
        {
            _store.Drop(name);
            return true;
        });
    }

    /// <inheritdoc/>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null : serviceType == typeof(VectorStoreMetadata) ? _metadata : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Closes the file. Collections that were taken from the store cannot be used any more.</summary>
    /// <param name="disposing">Whether it is called by Dispose.</param>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _store.Dispose();
        base.Dispose(disposing);
    }

    // One table for all who ask for the same collection: the codes are in memory once.
    private HashCollection<TKey, TRecord> Collection<TKey, TRecord>(string name, CollectionModel model)
        where TKey : notnull
        where TRecord : class
    {
        string kinds = string.Join(' ', model.VectorProperties.Select(vector => vector.IndexKind));
        SqliteRecordTable table = _tables.GetOrAdd((name, $"{typeof(TRecord)} {kinds} {Definition.Of(model)}"),
            _ => new SqliteRecordTable(_store, name, model));
        return new HashCollection<TKey, TRecord>(name, model, table, _metadata);
    }

    private Task<T> Run<T>(string operation, string? collection, Func<T> run) => StoreErrors.Run(_metadata, collection, operation, () => Task.Run(run));
}
