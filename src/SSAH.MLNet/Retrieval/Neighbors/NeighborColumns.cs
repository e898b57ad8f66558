using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>The columns before and after a neighbor search: all of the input's, then ids, distances and what is looked up.</summary>
internal sealed class NeighborColumns : AppendedColumns
{
    private NeighborColumns(DataViewSchema input, NeighborSearch search)
        : base(input, builder => Add(builder, search))
    {
        Code = CodeColumn.Open(input, search.Options.CodeColumnName);
        Code.RequireCodesOf(search.Index);
        if (search.Options is { ExcludeSelf: true, IdColumnName: { } id })
            Id = IdColumn.Open(input, id);
    }

    /// <summary>The column of codes.</summary>
    public CodeColumn Code { get; }

    /// <summary>The column of the rows' own ids, where a row is not to find itself.</summary>
    public IdColumn? Id { get; }

    /// <exception cref="ArgumentException">A column is missing, of a wrong type, or its codes have another length than the index's or come from
    /// another model.</exception>
    public static NeighborColumns Open(DataViewSchema input, NeighborSearch search) => new(input, search);

    /// <summary>What an estimator promises: the input's columns and the new ones.</summary>
    /// <exception cref="ArgumentException">The code column is missing or of a wrong type.</exception>
    public static SchemaShape Extend(SchemaShape input, NeighborSearch search)
    {
        CodeColumn.Check(input, search.Options.CodeColumnName);
        var added = new DataViewSchema.Builder();
        Add(added, search);
        SchemaShape.Column[] columns = [.. MLNetInternals.ShapeOf(added.ToSchema())];
        return new SchemaShape(input.Where(column => columns.All(each => each.Name != column.Name)).Concat(columns));
    }

    /// <summary>The input's columns that must be active for the search.</summary>
    public IEnumerable<DataViewSchema.Column> WithSearched(IReadOnlySet<int> active)
    {
        var needed = new HashSet<int>(active);
        if (AnyAdded(active))
        {
            needed.Add(Code.Column.Index);
            if (Id is not null)
                needed.Add(Id.Column.Index);
        }
        return PassThrough(needed);
    }

    private static void Add(DataViewSchema.Builder builder, NeighborSearch search)
    {
        NeighborOptions options = search.Options;
        builder.AddColumn(options.OutputColumnName, new VectorDataViewType(NumberDataViewType.Int64, options.K));
        builder.AddColumn(options.OutputColumnName + "Distance", new VectorDataViewType(NumberDataViewType.Int32, options.K));
        if (search.HasKeys)
            builder.AddColumn(options.OutputColumnName + "Key", new VectorDataViewType(TextDataViewType.Instance, options.K));
        foreach (LookupColumn column in search.Lookup?.Columns ?? [])
            builder.AddColumn(options.OutputColumnName + column.Name, new VectorDataViewType(column.Type, options.K), column.Annotations);
    }
}
