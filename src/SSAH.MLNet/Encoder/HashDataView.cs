using Microsoft.ML;

namespace SSAH.MLNet;

/// <summary>Rows with code columns, scored as they are read and only when a code column is read.</summary>
internal sealed class HashDataView(HashModel model, HashEncodingOptions options, HashSchema schema, IDataView source, FullPasses passes) : IDataView
{
    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => schema.Output;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        HashSet<int> active = [.. columnsNeeded.Select(column => column.Index)];
        (bool code, bool activation) = schema.Added(active);
        if (!code && !activation)
            return new AppendedCursor(schema, source.GetRowCursor(schema.PassThrough(active), rand), added: null, active);
        return options.BatchSize == 1 ? OpenRowByRow(active, code, activation, rand) : OpenLookAhead(active, code, activation, rand);
    }

    /// <summary>
    /// Several cursors where no code is read; otherwise one (fewer than asked for is allowed), because two sets of cursors over one source need
    /// not cut its rows alike. The one still scores on several threads.
    /// </summary>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        HashSet<int> active = [.. columnsNeeded.Select(column => column.Index)];
        (bool code, bool activation) = schema.Added(active);
        if (!code && !activation)
            return [.. source.GetRowCursorSet(schema.PassThrough(active), n, rand).Select(main => new AppendedCursor(schema, main, added: null, active))];
        if (options.BatchSize > 1)
            return [OpenLookAhead(active, code, activation, rand)];
        // Several cursors make one pass together: the first speaks for all.
        return [.. source.GetRowCursorSet(WithPixels(active), n, rand)
            .Select((main, number) => RowByRow(main, active, code, activation, number == 0 ? passes.Add : null))];
    }

    private AppendedCursor OpenRowByRow(HashSet<int> active, bool code, bool activation, Random? rand) =>
        RowByRow(source.GetRowCursor(WithPixels(active), rand), active, code, activation, passes.Add);

    private AppendedCursor RowByRow(DataViewRowCursor main, HashSet<int> active, bool code, bool activation, Action? ended) =>
        new(schema, main, new RowCodeSource(model, main, schema.Pixels, code, activation), active, ended);

    private AppendedCursor OpenLookAhead(HashSet<int> active, bool code, bool activation, Random? rand)
    {
        // Both cursors shuffle alike only with random numbers of their own from one seed.
        int? seed = rand?.Next();
        DataViewRowCursor main = source.GetRowCursor(schema.PassThrough(active), seed is { } first ? new Random(first) : null);
        DataViewRowCursor ahead = source.GetRowCursor([schema.Input[schema.Pixels.Index]], seed is { } second ? new Random(second) : null);
        return new AppendedCursor(schema, main, new LookAheadCodeSource(model, main, ahead, schema.Pixels, options, code, activation), active, passes.Add);
    }

    private IEnumerable<DataViewSchema.Column> WithPixels(HashSet<int> active) =>
        schema.PassThrough(new HashSet<int>(active) { schema.Pixels.Index });
}
