using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet;

/// <summary>Reads the labels of the row that a cursor is on. An empty answer is an unlabeled row. The span lives until the next call.</summary>
/// <returns>Classes of the row: ascending, distinct, from 0 to the column's class count minus one.</returns>
internal delegate ReadOnlySpan<int> LabelReader();

/// <summary>A label column in any of the forms that ML.NET users have.</summary>
/// <remarks>
/// <list type="table">
/// <item><term>text</term><description>one class per row, numbered as they first come; empty is unlabeled</description></item>
/// <item><term>vector of text</term><description>a set of classes; empty or all empty is unlabeled</description></item>
/// <item><term>Key (Byte, UInt16, UInt32, UInt64)</term><description>one class per row; a missing key, which a data view holds as 0, is unlabeled. In
/// memory ML.NET counts the values of a <c>[KeyType(n)] uint</c> from 0, so that missing is any value from n on, such as <c>uint.MaxValue</c>, and 0
/// is the first class</description></item>
/// <item><term>vector of key, known or variable size</term><description>a set of classes; empty or all missing (0, in memory too) is
/// unlabeled</description></item>
/// <item><term>Vector&lt;Single&gt; of known size</term><description>one slot for each class, above 0 is "has it"; NaN is unknown and counts as "has it
/// not"; nothing above 0, so also all NaN, is unlabeled</description></item>
/// <item><term>Vector&lt;Boolean&gt; of known size</term><description>one slot for each class; no true slot is unlabeled</description></item>
/// </list>
/// Anything else is an error that says how to make it one of these.
/// </remarks>
internal sealed class LabelColumn
{
    /// <summary>A class count above this is not a count of classes: an undeclared key range, or hash values.</summary>
    internal const int MaxClassCount = 1 << 20;

    /// <summary>What an unlabeled row of a key column looks like, for messages.</summary>
    internal const string MissingKey =
        "a missing key (0 in a data view; in a class with [KeyType(n)] uint, whose values ML.NET counts from 0, any value from n on, such as uint.MaxValue)";

    // Rows that the most frequent class has to be ahead of the others to be taken for rows without a label.
    private const int Suspicious = 5;

    private readonly DataViewSchema.Column _column;
    private readonly int _classCount;
    private readonly TextClasses? _texts;

    private LabelColumn(DataViewSchema.Column column, int classCount, IReadOnlyList<string>? names)
    {
        _column = column;
        _classCount = classCount;
        Names = names;
    }

    private LabelColumn(DataViewSchema.Column column)
    {
        _column = column;
        _texts = new TextClasses(column.Name);
        Names = _texts.Names;
    }

    /// <summary>Name of the column.</summary>
    public string Name => _column.Name;

    /// <summary>Number of classes that the column's type declares; of a text column, the number of texts read so far.</summary>
    public int ClassCount => _texts?.Names.Count ?? _classCount;

    /// <summary>Class names: the texts read so far, the key values, or the slot names of a multi-hot vector; null when the column has none.</summary>
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
            TextDataViewType or VectorDataViewType { ItemType: TextDataViewType } => new LabelColumn(column),
            KeyDataViewType key => new LabelColumn(column, CountOf(key, name), LabelNames.OfKeys(column)),
            VectorDataViewType { ItemType: KeyDataViewType key } => new LabelColumn(column, CountOf(key, name), LabelNames.OfKeys(column)),
            VectorDataViewType vector when IsIndicator(vector.ItemType) => vector.Size is > 0 and <= MaxClassCount
                ? new LabelColumn(column, vector.Size, LabelNames.OfSlots(column))
                : throw Wrong(column, "A vector with one slot for each class must have a known size: give it one with [VectorType(classes)]."),
            _ => throw Wrong(column, RemedyFor(column.Type)),
        };
    }

    /// <summary>A reader of this column on <paramref name="row"/>, which must have the column active.</summary>
    public LabelReader CreateReader(DataViewRow row) => _column.Type switch
    {
        TextDataViewType => TextReader(row),
        VectorDataViewType { ItemType: TextDataViewType } => SetReader<ReadOnlyMemory<char>>(row, text => _texts!.ClassOf(text)),
        KeyDataViewType key => key.RawType switch
        {
            Type t when t == typeof(byte) => KeyReader<byte>(row, value => value),
            Type t when t == typeof(ushort) => KeyReader<ushort>(row, value => value),
            Type t when t == typeof(uint) => KeyReader<uint>(row, value => value),
            _ => KeyReader<ulong>(row, value => value),
        },
        VectorDataViewType { ItemType: KeyDataViewType key } => key.RawType switch
        {
            Type t when t == typeof(byte) => SetReader<byte>(row, value => ClassOfKey(value, row)),
            Type t when t == typeof(ushort) => SetReader<ushort>(row, value => ClassOfKey(value, row)),
            Type t when t == typeof(uint) => SetReader<uint>(row, value => ClassOfKey(value, row)),
            _ => SetReader<ulong>(row, value => ClassOfKey(value, row)),
        },
        VectorDataViewType { ItemType: NumberDataViewType } => IndicatorReader<float>(row, value => value > 0),
        _ => IndicatorReader<bool>(row, value => value),
    };

    /// <summary>
    /// What looks like rows without a label that became the first class, in words, or null. ML.NET reads the 0 of a <c>[KeyType(n)] uint</c> in
    /// memory as the first class; such keys have no names, and where nothing is missing and the first class is far ahead of all others, the zeros may
    /// have been meant as "no label".
    /// </summary>
    /// <param name="labels">The labels of all rows of this column.</param>
    public string? DoubtAbout(LabelSets labels)
    {
        if (_column.Type is not KeyDataViewType || Names is not null || ClassCount < 2)
            return null;
        int[] rows = new int[ClassCount];
        for (int row = 0; row < labels.Count; row++)
        {
            if (!labels.IsLabeled(row))
                return null;
            rows[labels.ClassOf(row)]++;
        }
        return rows[0] < Suspicious * Math.Max(1, rows.AsSpan(1).ToArray().Max()) ? null
            : $"Label column '{Name}' has no missing key, and its first class has {rows[0]} of {labels.Count} rows, more than {Suspicious} times as "
                + $"many as any other. If these are meant as unlabeled, give them {MissingKey}.";
    }

    private LabelReader KeyReader<T>(DataViewRow row, Func<T, ulong> widen)
    {
        ValueGetter<T> getter = row.GetGetter<T>(_column);
        T value = default!;
        int[] label = new int[1];
        return () =>
        {
            getter(ref value);
            label[0] = ClassOfKey(widen(value), row);
            return label[0] < 0 ? default : label;
        };
    }

    private LabelReader TextReader(DataViewRow row)
    {
        ValueGetter<ReadOnlyMemory<char>> getter = row.GetGetter<ReadOnlyMemory<char>>(_column);
        ReadOnlyMemory<char> value = default;
        int[] label = new int[1];
        return () =>
        {
            getter(ref value);
            label[0] = _texts!.ClassOf(value);
            return label[0] < 0 ? default : label;
        };
    }

    // The class of an item is below 0 where it is missing.
    private LabelReader SetReader<T>(DataViewRow row, Func<T, int> classOf)
    {
        ValueGetter<VBuffer<T>> getter = row.GetGetter<VBuffer<T>>(_column);
        VBuffer<T> items = default;
        var labels = new SortedSet<int>();
        int[] buffer = [];
        return () =>
        {
            getter(ref items);
            labels.Clear();
            foreach (T item in items.GetValues())
                if (classOf(item) is >= 0 and var label)
                    labels.Add(label);
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
        ? (int)key - 1
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

    private static string RemedyFor(DataViewType type) => type is VectorDataViewType
        ? "Make a vector of Single with Conversion.ConvertType (one slot for each class), or a vector of keys with Conversion.MapValueToKey."
        : "Turn it into a key with mlContext.Transforms.Conversion.MapValueToKey: a plain value cannot say which rows are unlabeled.";
}
