using System.Numerics;
using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>A column of ids: whole numbers of any width, texts, or keys of texts. Texts become the keys of an index.</summary>
internal sealed class IdColumn
{
    private readonly IReadOnlyList<string>? _names;

    private IdColumn(DataViewSchema.Column column, IReadOnlyList<string>? names)
    {
        Column = column;
        _names = names;
    }

    /// <summary>The schema column, for cursors.</summary>
    public DataViewSchema.Column Column { get; }

    /// <summary>Whether the ids are texts.</summary>
    public bool IsText => _names is not null || Column.Type is TextDataViewType;

    /// <summary>Finds the column and checks its type.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it holds no ids.</exception>
    public static IdColumn Open(DataViewSchema schema, string name)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
            throw new ArgumentException($"There is no id column '{name}'. The data has: {string.Join(", ", schema.Select(c => c.Name))}.", nameof(name));
        IReadOnlyList<string>? names = column.Type is KeyDataViewType ? LabelNames.OfKeys(column) : null;
        bool isWhole = column.Type is NumberDataViewType && column.Type != NumberDataViewType.Single && column.Type != NumberDataViewType.Double;
        return isWhole || names is not null || column.Type is TextDataViewType
            ? new IdColumn(column, names)
            : throw new ArgumentException($"Id column '{name}' has type {column.Type}; ids are whole numbers or texts. {RemedyFor(column.Type, name)}",
                nameof(name));
    }

    /// <summary>A reader of the number of the row that a cursor is on.</summary>
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

    /// <summary>A reader of the text of the row that a cursor is on; empty if it has none.</summary>
    public Func<string> CreateTextReader(DataViewRow row)
    {
        if (_names is { } names)
        {
            Func<long> key = CreateReader(row);
            return () => key() is > 0 and var number && number <= names.Count ? names[(int)number - 1] : "";
        }
        ValueGetter<ReadOnlyMemory<char>> getter = row.GetGetter<ReadOnlyMemory<char>>(row.Schema[Column.Name]);
        ReadOnlyMemory<char> value = default;
        return () =>
        {
            getter(ref value);
            return value.ToString();
        };
    }

    /// <summary>A reader of the id that the row has in an index; null where its text is not a key of the index.</summary>
    public Func<long?> CreateReader(DataViewRow row, HammingIndex index)
    {
        if (!IsText)
        {
            Func<long> number = CreateReader(row);
            return () => number();
        }
        Func<string> text = CreateTextReader(row);
        return () => index.TryGetId(text(), out long id) ? id : null;
    }

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
        : "Leave the id column out: the ids are then the numbers of the rows, from 0, and mlContext.HashRetrieval.FindNeighbors(database, new "
            + $"NeighborOptions {{ Columns = [\"{name}\"] }}) gives the '{name}' of each neighbor.";
}
