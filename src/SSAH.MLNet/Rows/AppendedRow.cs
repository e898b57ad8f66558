using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet;

/// <summary>One row with the new columns, as prediction engines read it.</summary>
internal sealed class AppendedRow(AppendedColumns columns, DataViewRow input, AppendedValues? added, IReadOnlySet<int> active) : DataViewRow
{
    public override DataViewSchema Schema => columns.Output;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => GetGetter<TValue>(columns, input, added, active, column);

    /// <summary>Hands a column over from the input or from the new ones.</summary>
    public static ValueGetter<TValue> GetGetter<TValue>(
        AppendedColumns columns, DataViewRow input, AppendedValues? added, IReadOnlySet<int> active, DataViewSchema.Column column)
    {
        if (!active.Contains(column.Index))
            throw new InvalidOperationException($"Column '{column.Name}' was not asked for when this row was opened.");
        return column.Index < columns.First
            ? input.GetGetter<TValue>(columns.Input[column.Index])
            : added!.GetGetter<TValue>(column, column.Index - columns.First);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            added?.Dispose();
            input.Dispose();
        }
        base.Dispose(disposing);
    }
}
