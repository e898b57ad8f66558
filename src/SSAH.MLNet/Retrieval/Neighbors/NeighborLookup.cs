using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>Values of the database's rows, found by id. Kept in ML.NET's binary format too, which is what a saved model holds.</summary>
internal sealed class NeighborLookup
{
    private readonly Dictionary<long, int>? _rows;

    /// <param name="bytes">The rows in ML.NET's binary format.</param>
    /// <param name="columns">The columns to look up.</param>
    /// <param name="idColumnName">Column of the ids; null if they are the rows' numbers.</param>
    /// <param name="index">The index, which knows the ids of texts.</param>
    /// <exception cref="ArgumentException">A column is missing or of a wrong type, or an id comes twice.</exception>
    public NeighborLookup(byte[] bytes, IEnumerable<string> columns, string? idColumnName, HammingIndex index)
    {
        Bytes = bytes;
        IDataView data = new MLContext().Data.LoadFromBinary(new BytesSource(bytes));
        Columns = [.. columns.Select(name => LookupColumn.Open(data.Schema, name))];
        IdColumn? id = idColumnName is null ? null : IdColumn.Open(data.Schema, idColumnName);
        _rows = id is null ? null : [];
        using DataViewRowCursor cursor = data.GetRowCursor(data.Schema);
        Action[] readers = [.. Columns.Select(column => column.CreateReader(cursor))];
        Func<long?>? readId = id?.CreateReader(cursor, index);
        for (int row = 0; cursor.MoveNext(); row++)
        {
            Array.ForEach(readers, read => read());
            if (readId?.Invoke() is { } own && !_rows!.TryAdd(own, row))
                throw new ArgumentException($"Id {own} of column '{idColumnName}' is in the database twice.");
        }
    }

    /// <summary>The rows in ML.NET's binary format.</summary>
    public byte[] Bytes { get; }

    /// <summary>The columns that are looked up.</summary>
    public LookupColumn[] Columns { get; }

    /// <summary>Reads the columns of a database, which is read once.</summary>
    /// <exception cref="ArgumentException">A column is missing or of a wrong type, or an id comes twice.</exception>
    public static NeighborLookup Read(MLContext context, IDataView database, IReadOnlyList<string> columns, string? idColumnName, HammingIndex index)
    {
        foreach (string name in columns)
            LookupColumn.Open(database.Schema, name);
        if (idColumnName is not null)
            IdColumn.Open(database.Schema, idColumnName);
        string[] kept = [.. columns.Append(idColumnName).OfType<string>().Distinct()];
        IDataView narrow = context.Transforms.SelectColumns(kept).Fit(database).Transform(database);
        using var stream = new MemoryStream();
        context.Data.SaveAsBinary(narrow, stream);
        return new NeighborLookup(stream.ToArray(), columns, idColumnName, index);
    }

    /// <summary>The getter of a column's values for the ids that <paramref name="find"/> finds.</summary>
    public Delegate GetterOf(int column, Func<long[]> find) => Columns[column].GetterOf(find, RowOf);

    // An id that the database view did not have (it was added to the index by other means) has no values.
    private int RowOf(long id) => _rows is null ? (int)Math.Min(id, int.MaxValue) : _rows.GetValueOrDefault(id, -1);

    private sealed class BytesSource(byte[] bytes) : IMultiStreamSource
    {
        public int Count => 1;

        public string GetPathOrNull(int index) => null!;

        public Stream Open(int index) => new MemoryStream(bytes, writable: false);

        public TextReader OpenTextReader(int index) => new StreamReader(Open(index));
    }
}
