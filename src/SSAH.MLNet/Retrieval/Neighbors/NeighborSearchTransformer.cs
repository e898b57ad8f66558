using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>
/// Adds each row's nearest neighbors in an index, nearest first, equal distances by id: <c>Neighbors</c> (<c>Vector&lt;Int64, K&gt;</c>, ids),
/// <c>NeighborsDistance</c> (<c>Vector&lt;Int32, K&gt;</c>, bits that differ), <c>NeighborsKey</c> (<c>Vector&lt;Text, K&gt;</c>) where the index has
/// keys, and a column for each one that is looked up in the database. Places beyond the size of the index hold -1 in the first two, and a missing
/// value in the others.
/// </summary>
/// <remarks>Saved with its index, and loaded by a plain <c>Model.Load</c>. Safe to use from many threads.</remarks>
public sealed class NeighborSearchTransformer : ITransformer
{
    private readonly NeighborSearch _search;

    internal NeighborSearchTransformer(NeighborSearch search) => _search = search;

    /// <summary>The index that is searched.</summary>
    public HammingIndex Index => _search.Index;

    /// <summary>What is found.</summary>
    public NeighborOptions Options => _search.Options;

    /// <inheritdoc/>
    bool ITransformer.IsRowToRowMapper => !_search.GoesByPosition;

    internal NeighborSearch Search => _search;

    /// <summary>The schema of the rows with their neighbors.</summary>
    /// <exception cref="ArgumentException">A column is missing, of a wrong type, or its codes have another length than the index's or come from
    /// another model.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return NeighborColumns.Open(inputSchema, _search).Output;
    }

    /// <summary>Adds the neighbors to rows; nothing is searched before they are read.</summary>
    /// <inheritdoc cref="GetOutputSchema" path="/exception"/>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new NeighborDataView(_search, NeighborColumns.Open(input.Schema, _search), input);
    }

    /// <inheritdoc/>
    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => _search.GoesByPosition
        ? throw new InvalidOperationException(
            "These neighbors leave out the row itself by its row number, which a single row does not have: set NeighborOptions.IdColumnName, or "
                + "ExcludeSelf to false.")
        : new NeighborRowMapper(_search, NeighborColumns.Open(inputSchema, _search));

    void ICanSaveModel.Save(ModelSaveContext ctx) => MLNetInternals.Save(ctx, this);
}
