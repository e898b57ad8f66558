using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet;

/// <summary>Finds the neighbors of one row at a time, for prediction engines.</summary>
internal sealed class NeighborRowMapper(NeighborSearch search, NeighborColumns columns) : IRowToRowMapper
{
    public DataViewSchema InputSchema => columns.Input;

    public DataViewSchema OutputSchema => columns.Output;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        columns.WithSearched(dependingColumns.Select(column => column.Index).ToHashSet());

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        HashSet<int> active = [.. activeColumns.Select(column => column.Index)];
        return new AppendedRow(columns, input, columns.AnyAdded(active) ? new NeighborValues(search, columns, input) : null, active);
    }
}
