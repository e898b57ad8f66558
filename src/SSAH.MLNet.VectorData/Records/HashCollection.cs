using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace SSAH.MLNet.VectorData.Records;

/// <summary>A collection of a vector store over the table of an engine: what all engines have in common.</summary>
internal sealed class HashCollection<TKey, TRecord>(string name, CollectionModel model, IRecordTable table, VectorStoreMetadata store)
    : VectorStoreCollection<TKey, TRecord>
    where TKey : notnull
    where TRecord : class
{
    private readonly RecordMapper<TRecord> _mapper = new(model);

    private readonly VectorStoreCollectionMetadata _metadata = new()
    {
        VectorStoreSystemName = store.VectorStoreSystemName, VectorStoreName = store.VectorStoreName, CollectionName = name,
    };

    public override string Name => name;

    public override Task<bool> CollectionExistsAsync(CancellationToken cancellationToken = default) =>
        Run("CollectionExists", () => table.ExistsAsync(cancellationToken));

    public override Task EnsureCollectionExistsAsync(CancellationToken cancellationToken = default) =>
        Run("EnsureCollectionExists", () => table.CreateAsync(cancellationToken));

    public override Task EnsureCollectionDeletedAsync(CancellationToken cancellationToken = default) =>
        Run("EnsureCollectionDeleted", () => table.DropAsync(cancellationToken));

    public override async Task<TRecord?> GetAsync(TKey key, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        await foreach (TRecord record in GetAsync([key], options, cancellationToken).ConfigureAwait(false))
            return record;
        return null;
    }

    public override IAsyncEnumerable<TRecord> GetAsync(IEnumerable<TKey> keys, RecordRetrievalOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        bool withCodes = IncludesVectors(options?.IncludeVectors ?? false);
        object[] all = [.. keys.Select(KeyOf).Distinct()];
        return Records("Get", () => table.GetAsync(all, withCodes, cancellationToken), withCodes);
    }

    public override IAsyncEnumerable<TRecord> GetAsync(Expression<Func<TRecord, bool>> filter, int top, FilteredRecordRetrievalOptions<TRecord>? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        options ??= new FilteredRecordRetrievalOptions<TRecord>();
        bool withCodes = IncludesVectors(options.IncludeVectors);
        (PropertyModel, bool)[] order = options.OrderBy?.Invoke(new FilteredRecordRetrievalOptions<TRecord>.OrderByDefinition()).Values
            .Select(each => (model.GetDataOrKeyProperty(each.PropertySelector), each.Ascending)).ToArray() ?? [];
        return Records("Get", () => table.QueryAsync(new RecordQuery(filter, order, options.Skip, top, withCodes), cancellationToken), withCodes);
    }

    public override Task DeleteAsync(TKey key, CancellationToken cancellationToken = default) => DeleteAsync([key], cancellationToken);

    public override Task DeleteAsync(IEnumerable<TKey> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        object[] all = [.. keys.Select(KeyOf).Distinct()];
        return all.Length == 0 ? Task.CompletedTask : Run("Delete", () => table.DeleteAsync(all, cancellationToken));
    }

    public override Task UpsertAsync(TRecord record, CancellationToken cancellationToken = default) => UpsertAsync([record], cancellationToken);

    public override async Task UpsertAsync(IEnumerable<TRecord> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        TRecord[] all = [.. records];
        if (all.Length == 0)
            return;
        (RecordRow[] rows, string?[] models) = await _mapper.RowsOfAsync(all, cancellationToken).ConfigureAwait(false);
        await Run("Upsert", () => table.UpsertAsync(rows, models, cancellationToken)).ConfigureAwait(false);
    }

    public override async IAsyncEnumerable<VectorSearchResult<TRecord>> SearchAsync<TInput>(TInput searchValue, int top,
        VectorSearchOptions<TRecord>? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(searchValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        options ??= new VectorSearchOptions<TRecord>();
        bool withCodes = IncludesVectors(options.IncludeVectors);
        int? depth = (options as HashSearchOptions<TRecord>)?.RerankDepth;
        VectorPropertyModel property = model.GetVectorPropertyOrSingle(options);
        SearchValue value = await SearchValue.OfAsync(searchValue, property, cancellationToken).ConfigureAwait(false);
        WeightedDistance? weighted = depth is null ? null : new WeightedDistance(value.RequireActivations(property), value.Code);
        int wanted = (int)Math.Min((long)options.Skip + top, Array.MaxLength);
        var query = new CodeQuery(model.VectorProperties.TakeWhile(each => each != property).Count(), value.Code, value.ModelId, Math.Max(wanted, depth ?? 0),
            RadiusOf(options.ScoreThreshold, property), options.Filter, withCodes || weighted is not null);
        IReadOnlyList<FoundRow> found = await Run("Search", () => query.Radius < 0 ? Task.FromResult<IReadOnlyList<FoundRow>>([])
            : table.SearchAsync(query, cancellationToken)).ConfigureAwait(false);
        IEnumerable<(RecordRow Row, double Score)> scored = weighted is null
            ? found.Select(each => (each.Row, (double)each.Distance))
            : found.Select(each => (each.Row, weighted.To(each.Row.Codes[query.Vector]!))).OrderBy(each => each.Item2);
        foreach ((RecordRow row, double score) in scored.Take(wanted).Skip(options.Skip))
            yield return new VectorSearchResult<TRecord>(_mapper.RecordOf(row, withCodes), score);
    }

    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(VectorStoreCollectionMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    private object KeyOf(TKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.GetType() == model.KeyProperty.Type ? key
            : throw new ArgumentException($"A key is of type {key.GetType().Name}; those of '{Name}' are of type {model.KeyProperty.Type.Name}.", nameof(key));
    }

    // What a generator made codes of is not kept, and codes are no such thing.
    private bool IncludesVectors(bool wanted) => wanted && model.EmbeddingGenerationRequired
        ? throw new NotSupportedException(VectorDataStrings.IncludeVectorsNotSupportedWithEmbeddingGeneration)
        : wanted;

    private static int RadiusOf(double? threshold, VectorPropertyModel property) => threshold is not { } most ? property.Dimensions
        : most >= property.Dimensions ? property.Dimensions
        : most >= 0 ? (int)most : -1;

    private async IAsyncEnumerable<TRecord> Records(string operation, Func<Task<IReadOnlyList<RecordRow>>> read, bool withCodes)
    {
        foreach (RecordRow row in await Run(operation, read).ConfigureAwait(false))
            yield return _mapper.RecordOf(row, withCodes);
    }

    private Task<bool> Run(string operation, Func<Task> run) => Run(operation, async () =>
    {
        await run().ConfigureAwait(false);
        return true;
    });

    private Task<T> Run<T>(string operation, Func<Task<T>> run) => StoreErrors.Run(store, Name, operation, run);
}
