using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet;

/// <summary>Reads the labels of the row that a cursor is on. An empty answer is an unlabeled row. The span lives until the next call.</summary>
/// <returns>Classes of the row: ascending, distinct, from 0 to the column's class count minus one.</returns>
internal delegate ReadOnlySpan<int> LabelReader();

/// <summary>A label column in any of the forms that ML.NET users have.</summary>
/// <remarks>
/// <list type="table">
/// <item><term>Key (Byte, UInt16, UInt32, UInt64)</term><description>one class a row; key 0 (missing) is unlabeled</description></item>
/// <item><term>vector of key, known or variable size</term><description>a set of classes; empty or all 0 is unlabeled</description></item>
/// <item><term>Vector&lt;Single&gt; of known size</term><description>one slot a class, above 0 is "has it"; NaN is unknown and counts as "has it
/// not"; nothing above 0, so also all NaN, is unlabeled</description></item>
/// <item><term>Vector&lt;Boolean&gt; of known size</term><description>one slot a class; no true slot is unlabeled</description></item>
/// </list>
/// Anything else is an error that says how to make it one of these.
/// </remarks>
internal sealed class LabelColumn
{
    /// <summary>Above this a class count is no count of classes: an undeclared key range, or hash values.</summary>
    internal const int MaxClassCount = 1 << 20;

    private readonly DataViewSchema.Column _column;

    private LabelColumn(DataViewSchema.Column column, int classCount, IReadOnlyList<string>? names)
    {
        _column = column;
        ClassCount = classCount;
        Names = names;
    }

    /// <summary>Name of the column.</summary>
    public string Name => _column.Name;

    /// <summary>Number of classes that the column's type declares.</summary>
    public int ClassCount { get; }

    /// <summary>Class names: the key values, or the slot names of a multi-hot vector; null when the column has none.</summary>
    public IReadOnlyList<string>? Names { get; }

    /// <summary>Whether a row can carry several classes.</summary>
    public bool IsMultiLabel => _column.Type is VectorDataViewType;

    /// <summary>The schema column, for cursors.</summary>
    public DataViewSchema.Column Column => _column;

    /// <summary>Finds the column and checks its type.</summary>
    /// <exception cref="ArgumentException">There is no such column, or its type is not one of the label forms.</exception>
    public static LabelColumn Open(DataViewSchema schema, string name)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
            throw new ArgumentException(
                $"There is no label column '{name}'. The data has: {string.Join(", ", schema.Select(c => c.Name))}.", nameof(name));
        return column.Type switch
        {
            KeyDataViewType key => new LabelColumn(column, CountOf(key, name), LabelNames.OfKeys(column)),
            VectorDataViewType { ItemType: KeyDataViewType key } => new LabelColumn(column, CountOf(key, name), LabelNames.OfKeys(column)),
            VectorDataViewType vector when IsIndicator(vector.ItemType) => vector.Size is > 0 and <= MaxClassCount
                ? new LabelColumn(column, vector.Size, LabelNames.OfSlots(column))
                : throw Wrong(column, "A vector with one slot a class must have a known size: give it one with [VectorType(classes)]."),
            _ => throw Wrong(column, RemedyFor(column.Type)),
        };
    }

    /// <summary>A reader of this column on <paramref name="row"/>, which must have the column active.</summary>
    public LabelReader CreateReader(DataViewRow row) => _column.Type switch
    {
        KeyDataViewType key => key.RawType switch
        {
            Type t when t == typeof(byte) => KeyReader<byte>(row, value => value),
            Type t when t == typeof(ushort) => KeyReader<ushort>(row, value => value),
            Type t when t == typeof(uint) => KeyReader<uint>(row, value => value),
            _ => KeyReader<ulong>(row, value => value),
        },
        VectorDataViewType { ItemType: KeyDataViewType key } => key.RawType switch
        {
            Type t when t == typeof(byte) => KeySetReader<byte>(row, value => value),
            Type t when t == typeof(ushort) => KeySetReader<ushort>(row, value => value),
            Type t when t == typeof(uint) => KeySetReader<uint>(row, value => value),
            _ => KeySetReader<ulong>(row, value => value),
        },
        VectorDataViewType { ItemType: NumberDataViewType } => IndicatorReader<float>(row, value => value > 0),
        _ => IndicatorReader<bool>(row, value => value),
    };

    private LabelReader KeyReader<T>(DataViewRow row, Func<T, ulong> widen)
    {
        ValueGetter<T> getter = row.GetGetter<T>(_column);
        T value = default!;
        int[] label = new int[1];
        return () =>
        {
            getter(ref value);
            ulong key = widen(value);
            if (key == 0)
                return default;
            label[0] = ClassOfKey(key, row);
            return label;
        };
    }

    private LabelReader KeySetReader<T>(DataViewRow row, Func<T, ulong> widen)
    {
        ValueGetter<VBuffer<T>> getter = row.GetGetter<VBuffer<T>>(_column);
        VBuffer<T> keys = default;
        var labels = new SortedSet<int>();
        int[] buffer = [];
        return () =>
        {
            getter(ref keys);
            labels.Clear();
            foreach (T value in keys.GetValues())
                if (widen(value) is > 0 and var key)
                    labels.Add(ClassOfKey(key, row));
            if (buffer.Length < labels.Count)
                buffer = new int[Math.Max(8, labels.Count * 2)];
            labels.CopyTo(buffer);
            return buffer.AsSpan(0, labels.Count);
        };
    }

    private LabelReader IndicatorReader<T>(DataViewRow row, Func<T, bool> has)
    {
        ValueGetter<VBuffer<T>> getter = row.GetGetter<VBuffer<T>>(_column);
        VBuffer<T> slots = default;
        int[] buffer = new int[ClassCount];
        return () =>
        {
            getter(ref slots);
            ReadOnlySpan<T> values = slots.GetValues();
            ReadOnlySpan<int> indices = slots.GetIndices();
            int count = 0;
            for (int i = 0; i < values.Length; i++)
                if (has(values[i]))
                    buffer[count++] = slots.IsDense ? i : indices[i];
            return buffer.AsSpan(0, count);
        };
    }

    private int ClassOfKey(ulong key, DataViewRow row) => key <= (ulong)ClassCount
        ? (int)(key - 1)
        : throw new InvalidDataException($"Row {row.Position} of label column '{Name}' has key {key}, but the column declares {ClassCount} classes.");

    private static int CountOf(KeyDataViewType key, string name) => key.Count is > 0 and <= MaxClassCount
        ? (int)key.Count
        : throw new ArgumentException(
            $"Label column '{name}' declares {key.Count} classes; at most {MaxClassCount} are supported. "
            + "Declare the number with [KeyType(count)], or make the key with MapValueToKey instead of a hash.", nameof(name));

    private static bool IsIndicator(DataViewType item) =>
        item == NumberDataViewType.Single || item == BooleanDataViewType.Instance;

    private static ArgumentException Wrong(DataViewSchema.Column column, string remedy) =>
        new($"Label column '{column.Name}' has type {column.Type}, which is not a label type. {remedy}");

    private static string RemedyFor(DataViewType type) => type is VectorDataViewType vector
        ? vector.ItemType is TextDataViewType
            ? "Turn the names into keys with mlContext.Transforms.Conversion.MapValueToKey, which maps each item of the vector."
            : "Make a vector of Single with Conversion.ConvertType (one slot a class), or a vector of keys with Conversion.MapValueToKey."
        : "Turn it into a key with mlContext.Transforms.Conversion.MapValueToKey: a plain value cannot say which rows are unlabeled.";
}
