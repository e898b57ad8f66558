using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet;

/// <summary>A cursor over the input's rows with the code columns beside them.</summary>
internal sealed class HashCursor(HashSchema schema, DataViewRowCursor main, CodeSource? codes, IReadOnlySet<int> active) : DataViewRowCursor
{
    public override DataViewSchema Schema => schema.Output;

    public override long Position => main.Position;

    public override long Batch => main.Batch;

    public override ValueGetter<DataViewRowId> GetIdGetter() => main.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        HashRow.GetGetter<TValue>(schema, main, codes, active, column);

    public override bool MoveNext()
    {
        if (main.MoveNext())
        {
            codes?.MoveNext();
            return true;
        }
        codes?.End();
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            codes?.Dispose();
            main.Dispose();
        }
        base.Dispose(disposing);
    }
}
