using Microsoft.ML;

namespace SSAH.MLNet;

/// <summary>Rows with their neighbors, which are searched as they are read and only when one of their columns is read.</summary>
internal sealed class NeighborDataView(NeighborSearch search, NeighborColumns columns, IDataView source) : IDataView
{
    public bool CanShuffle => source.CanShuffle && !search.GoesByPosition;

    public DataViewSchema Schema => columns.Output;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        HashSet<int> active = [.. columnsNeeded.Select(column => column.Index)];
        return Open(source.GetRowCursor(columns.WithSearched(active), CanShuffle ? rand : null), active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        HashSet<int> active = [.. columnsNeeded.Select(column => column.Index)];
        // A cursor of several counts its own rows only: its position is not the row's number.
        if (search.GoesByPosition)
            return [Open(source.GetRowCursor(columns.WithSearched(active)), active)];
        return [.. source.GetRowCursorSet(columns.WithSearched(active), n, rand).Select(main => Open(main, active))];
    }

    private AppendedCursor Open(DataViewRowCursor main, HashSet<int> active) =>
        new(columns, main, columns.AnyAdded(active) ? new NeighborValues(search, columns, main) : null, active);
}
