using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet;

/// <summary>One row with its code columns, as prediction engines read it.</summary>
internal sealed class HashRow(HashSchema schema, DataViewRow input, CodeSource? codes, IReadOnlySet<int> active) : DataViewRow
{
    public override DataViewSchema Schema => schema.Output;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => GetGetter<TValue>(schema, input, codes, active, column);

    /// <summary>Hands a column over from the input or from the codes.</summary>
    public static ValueGetter<TValue> GetGetter<TValue>(
        HashSchema schema, DataViewRow input, CodeSource? codes, IReadOnlySet<int> active, DataViewSchema.Column column)
    {
        if (!active.Contains(column.Index))
            throw new InvalidOperationException($"Column '{column.Name}' was not asked for when this row was opened.");
        return column.Index < schema.CodeIndex
            ? input.GetGetter<TValue>(schema.Input[column.Index])
            : codes!.GetGetter<TValue>(schema, column);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            codes?.Dispose();
            input.Dispose();
        }
        base.Dispose(disposing);
    }
}
