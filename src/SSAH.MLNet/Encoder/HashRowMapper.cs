using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet;

/// <summary>Encodes one row at a time, for prediction engines.</summary>
internal sealed class HashRowMapper(HashModel model, HashSchema schema) : IRowToRowMapper
{
    public DataViewSchema InputSchema => schema.Input;

    public DataViewSchema OutputSchema => schema.Output;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        HashSet<int> needed = [.. dependingColumns.Select(column => column.Index)];
        if (schema.Added(needed) != (false, false))
            needed.Add(schema.Pixels.Index);
        return schema.PassThrough(needed);
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        HashSet<int> active = [.. activeColumns.Select(column => column.Index)];
        (bool code, bool activation) = schema.Added(active);
        CodeSource? codes = code || activation ? new RowCodeSource(model, input, schema.Pixels, code, activation) : null;
        return new AppendedRow(schema, input, codes, active);
    }
}
