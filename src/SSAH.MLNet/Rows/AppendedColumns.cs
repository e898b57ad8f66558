using Microsoft.ML;

namespace SSAH.MLNet;

/// <summary>The columns before and after a step that adds some: all of the input's, then the new ones.</summary>
internal class AppendedColumns
{
    /// <param name="input">Schema of the rows before the step.</param>
    /// <param name="add">Adds the new columns.</param>
    public AppendedColumns(DataViewSchema input, Action<DataViewSchema.Builder> add)
    {
        Input = input;
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        add(builder);
        Output = builder.ToSchema();
    }

    public DataViewSchema Input { get; }

    public DataViewSchema Output { get; }

    /// <summary>Position of the first new column in <see cref="Output"/>.</summary>
    public int First => Input.Count;

    /// <summary>The columns of the input that a reader of <paramref name="needed"/> reads itself, without what the new columns are made from.</summary>
    public IEnumerable<DataViewSchema.Column> PassThrough(IReadOnlySet<int> needed) => Input.Where(column => needed.Contains(column.Index));

    /// <summary>Whether any of the new columns is read.</summary>
    public bool AnyAdded(IReadOnlySet<int> needed) => needed.Any(index => index >= First);
}
