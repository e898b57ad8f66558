using System.Numerics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet;

/// <summary>A column of ids: whole numbers of any width.</summary>
internal sealed class IdColumn
{
    private IdColumn(DataViewSchema.Column column) => Column = column;

    /// <summary>The schema column, for cursors.</summary>
    public DataViewSchema.Column Column { get; }

    /// <summary>Finds the column and checks its type.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it holds no whole numbers.</exception>
    public static IdColumn Open(DataViewSchema schema, string name)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
            throw new ArgumentException($"There is no id column '{name}'. The data has: {string.Join(", ", schema.Select(c => c.Name))}.", nameof(name));
        return column.Type is NumberDataViewType && column.Type != NumberDataViewType.Single && column.Type != NumberDataViewType.Double
            ? new IdColumn(column)
            : throw new ArgumentException($"Id column '{name}' has type {column.Type}; ids are whole numbers. {RemedyFor(column.Type, name)}", nameof(name));
    }

    /// <summary>A reader of the id of the row that a cursor is on.</summary>
    public Func<long> CreateReader(DataViewRow row) => Column.Type.RawType switch
    {
        Type t when t == typeof(long) => Reader<long>(row),
        Type t when t == typeof(int) => Reader<int>(row),
        Type t when t == typeof(short) => Reader<short>(row),
        Type t when t == typeof(sbyte) => Reader<sbyte>(row),
        Type t when t == typeof(ulong) => Reader<ulong>(row),
        Type t when t == typeof(uint) => Reader<uint>(row),
        Type t when t == typeof(ushort) => Reader<ushort>(row),
        _ => Reader<byte>(row),
    };

    private Func<long> Reader<T>(DataViewRow row)
        where T : struct, IBinaryInteger<T>
    {
        ValueGetter<T> getter = row.GetGetter<T>(row.Schema[Column.Name]);
        return () =>
        {
            T id = default;
            getter(ref id);
            try
            {
                return long.CreateChecked(id);
            }
            catch (OverflowException error)
            {
                throw new InvalidDataException($"Row {row.Position} of id column '{Column.Name}' has id {id}; the largest is {long.MaxValue}.", error);
            }
        };
    }

    private static string RemedyFor(DataViewType type, string name) => type == NumberDataViewType.Single || type == NumberDataViewType.Double
        ? "Convert it with mlContext.Transforms.Conversion.ConvertType(outputKind: DataKind.Int64)."
        : $"Leave the id column out: the ids are then the numbers of the rows, from 0, and mlContext.HashRetrieval.FindNeighbors(database, new NeighborOptions {{ Columns = [\"{name}\"] }}) "
            + $"gives the '{name}' of each neighbor.";
}
