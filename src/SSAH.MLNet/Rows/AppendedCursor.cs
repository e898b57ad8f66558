using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet;

/// <summary>A cursor over the input's rows with the new columns beside them.</summary>
/// <param name="columns">The columns.</param>
/// <param name="main">The input's rows.</param>
/// <param name="added">The new columns' values; null if none is read.</param>
/// <param name="active">The columns that are read.</param>
/// <param name="ended">Called once, at the end of the rows.</param>
internal sealed class AppendedCursor(AppendedColumns columns, DataViewRowCursor main, AppendedValues? added, IReadOnlySet<int> active, Action? ended = null)
    : DataViewRowCursor
{
    private Action? _ended = ended;

    public override DataViewSchema Schema => columns.Output;

    public override long Position => main.Position;

    public override long Batch => main.Batch;

    public override ValueGetter<DataViewRowId> GetIdGetter() => main.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        AppendedRow.GetGetter<TValue>(columns, main, added, active, column);

    public override bool MoveNext()
    {
        if (main.MoveNext())
        {
            added?.MoveNext();
            return true;
        }
        added?.End();
        _ended?.Invoke();
        _ended = null;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            added?.Dispose();
            main.Dispose();
        }
        base.Dispose(disposing);
    }
}
