using System.Linq.Expressions;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace SSAH.MLNet.VectorData.Records;

/// <summary>Where the records of one collection lie: what an engine must do to have a vector store over it.</summary>
internal interface IRecordTable
{
    Task<bool> ExistsAsync(CancellationToken cancellationToken);

    Task CreateAsync(CancellationToken cancellationToken);

    Task DropAsync(CancellationToken cancellationToken);

    /// <summary>Writes records, all or none; of two with one key the later stays.</summary>
    /// <param name="rows">The records.</param>
    /// <param name="models">For each vector property the id of the model that made the codes, where it is known.</param>
    /// <param name="cancellationToken">Stops it.</param>
    Task UpsertAsync(IReadOnlyList<RecordRow> rows, IReadOnlyList<string?> models, CancellationToken cancellationToken);

    Task DeleteAsync(IReadOnlyList<object> keys, CancellationToken cancellationToken);

    /// <summary>The records of the keys that are there, in the order of the keys.</summary>
    Task<IReadOnlyList<RecordRow>> GetAsync(IReadOnlyList<object> keys, bool withCodes, CancellationToken cancellationToken);

    Task<IReadOnlyList<RecordRow>> QueryAsync(RecordQuery query, CancellationToken cancellationToken);

    /// <summary>The nearest records in ascending distance, at equal distance in the order in which they were first stored.</summary>
    Task<IReadOnlyList<FoundRow>> SearchAsync(CodeQuery query, CancellationToken cancellationToken);
}

/// <summary>Records that a filter lets through.</summary>
/// <param name="Filter">The filter.</param>
/// <param name="Order">What they are ordered by; after it by when they were first stored.</param>
/// <param name="Skip">How many are passed over.</param>
/// <param name="Top">How many are wanted.</param>
/// <param name="WithCodes">Whether the codes are wanted.</param>
internal sealed record RecordQuery(LambdaExpression Filter, IReadOnlyList<(PropertyModel Property, bool Ascending)> Order, int Skip, int Top, bool WithCodes);

/// <summary>Records nearest to a code.</summary>
/// <param name="Vector">Which of the model's vector properties is compared.</param>
/// <param name="Code">The packed code.</param>
/// <param name="ModelId">The model that made it, where it is known.</param>
/// <param name="Count">How many are wanted.</param>
/// <param name="Radius">The largest distance.</param>
/// <param name="Filter">Which may be found; null is all.</param>
/// <param name="WithCodes">Whether the codes are wanted.</param>
internal sealed record CodeQuery(int Vector, byte[] Code, string? ModelId, int Count, int Radius, LambdaExpression? Filter, bool WithCodes);
