using Microsoft.ML;

namespace SSAH.MLNet;

/// <summary>A pipeline step that adds each row's nearest neighbors in an index. There is nothing to learn: <see cref="Fit"/> checks the columns.</summary>
/// <remarks>Made by <see cref="HashRetrievalCatalog.FindNeighbors(Hashing.HammingIndex, NeighborOptions, IDataView)"/>.</remarks>
internal sealed class NeighborSearchEstimator : IEstimator<NeighborSearchTransformer>
{
    private readonly NeighborSearch _search;

    internal NeighborSearchEstimator(NeighborSearch search) => _search = search;

    /// <summary>Checks that the rows hold codes of the index's length.</summary>
    /// <exception cref="ArgumentException">A column is missing, of a wrong type, or its codes have another length than the index's or come from
    /// another model.</exception>
    public NeighborSearchTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var transformer = new NeighborSearchTransformer(_search);
        _ = transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return NeighborColumns.Extend(inputSchema, _search);
    }
}
