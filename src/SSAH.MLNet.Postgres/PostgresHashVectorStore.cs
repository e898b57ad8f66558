using System.Runtime.CompilerServices;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using Npgsql;
using SSAH.MLNet.Postgres.Tables;
using SSAH.MLNet.VectorData.Records;

namespace SSAH.MLNet.Postgres;

/// <summary>
/// A vector store of hash codes in PostgreSQL 14 or later: a table for each collection, named after it, with a column for each property and codes as
/// <c>bit(n)</c>, so that your own SQL can use them too.
/// </summary>
/// <remarks>
/// <para>Kinds of index: <c>Flat</c>, the default, compares all codes by <c>bit_count(code # query)</c>; <c>MultiHash</c> has B-tree indexes over pieces of
/// the code and finds the same; both are exact and need no extension. <c>Hnsw</c> needs pgvector and is approximate: it can miss what is nearest, above all
/// where many codes are equal.</para>
/// <para>Safe to use from many threads and machines at a time.</para>
/// </remarks>
public sealed class PostgresHashVectorStore : VectorStore
{
    private readonly PostgresDatabase _database;
    private readonly PostgresHashVectorStoreOptions _options;
    private readonly VectorStoreMetadata _metadata;
    private readonly bool _ownsDataSource;

    /// <summary>Makes a store over connections that an application has already.</summary>
    /// <param name="dataSource">Gives the connections. Not disposed with the store.</param>
    /// <param name="options">How it is used; null takes the defaults.</param>
    public PostgresHashVectorStore(NpgsqlDataSource dataSource, PostgresHashVectorStoreOptions? options = null)
        : this(dataSource, options, ownsDataSource: false)
    {
    }

    /// <summary>Makes a store.</summary>
    /// <param name="connectionString">The server, as Npgsql takes it: <c>Host=...;Database=...;Username=...</c>.</param>
    /// <param name="options">How it is used; null takes the defaults.</param>
    public PostgresHashVectorStore(string connectionString, PostgresHashVectorStoreOptions? options = null)
        : this(NpgsqlDataSource.Create(connectionString), options, ownsDataSource: true)
    {
    }

    private PostgresHashVectorStore(NpgsqlDataSource dataSource, PostgresHashVectorStoreOptions? options, bool ownsDataSource)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _options = options ?? new PostgresHashVectorStoreOptions();
        _ownsDataSource = ownsDataSource;
        _database = new PostgresDatabase(dataSource, _options);
        _metadata = new VectorStoreMetadata
        {
            VectorStoreSystemName = "postgresql", VectorStoreName = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString).Database,
        };
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The records have properties that the store cannot keep; the message says which, and what it keeps.</exception>
    public override VectorStoreCollection<TKey, TRecord> GetCollection<TKey, TRecord>(string name, VectorStoreCollectionDefinition? definition = null)
    {
        CheckName(name);
        if (typeof(TRecord) == typeof(Dictionary<string, object?>))
            throw new ArgumentException(VectorDataStrings.GetCollectionWithDictionaryNotSupported);
        return Collection<TKey, TRecord>(name, NewBuilder().Build(typeof(TRecord), typeof(TKey), definition, _options.EmbeddingGenerator));
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The records have properties that the store cannot keep; the message says which, and what it keeps.</exception>
    public override VectorStoreCollection<object, Dictionary<string, object?>> GetDynamicCollection(string name, VectorStoreCollectionDefinition definition)
    {
        CheckName(name);
        ArgumentNullException.ThrowIfNull(definition);
        return Collection<object, Dictionary<string, object?>>(name, NewBuilder().BuildDynamic(definition, _options.EmbeddingGenerator));
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<string> ListCollectionNamesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        IReadOnlyList<string> names = await StoreErrors.Run(_metadata, null, "ListCollectionNames", () => Catalog.NamesAsync(_database, cancellationToken))
            .ConfigureAwait(false);
        foreach (string name in names)
            yield return name;
    }

    /// <inheritdoc/>
    public override Task<bool> CollectionExistsAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return StoreErrors.Run(_metadata, name, "CollectionExists", () => Catalog.ExistsAsync(_database, name, cancellationToken));
    }

    /// <inheritdoc/>
    public override Task EnsureCollectionDeletedAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return StoreErrors.Run(_metadata, name, "EnsureCollectionDeleted", () => Catalog.DropAsync(_database, name, cancellationToken));
    }

    /// <inheritdoc/>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(VectorStoreMetadata) ? _metadata
            : serviceType == typeof(NpgsqlDataSource) ? _database.DataSource
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Closes the connections that the store has made itself.</summary>
    /// <param name="disposing">Whether it is called by Dispose.</param>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _ownsDataSource)
            _database.DataSource.Dispose();
        base.Dispose(disposing);
    }

    private static HashModelBuilder NewBuilder() => new([typeof(decimal)], [IndexKind.Hnsw]);

    private HashCollection<TKey, TRecord> Collection<TKey, TRecord>(string name, CollectionModel model)
        where TKey : notnull
        where TRecord : class
    {
        foreach (PropertyModel property in model.Properties)
            PostgresName.Check(property.StorageName, $"The property '{property.ModelName}'");
        return new HashCollection<TKey, TRecord>(name, model, new PostgresRecordTable(_database, name, model, _options), _metadata);
    }

    private static void CheckName(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        PostgresName.Check(name, $"The collection '{name}'");
        if (name.StartsWith(Catalog.Prefix, StringComparison.OrdinalIgnoreCase))
            throw new ArgumentException($"A collection cannot be named '{name}': names that begin with '{Catalog.Prefix}' are those of the store's own tables.",
                nameof(name));
    }
}
