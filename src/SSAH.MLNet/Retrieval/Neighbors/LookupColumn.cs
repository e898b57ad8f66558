using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet;

/// <summary>A column of the database whose values are kept for the neighbors.</summary>
internal abstract class LookupColumn(DataViewSchema.Column source)
{
    public string Name => source.Name;

    /// <summary>Type of one value.</summary>
    public PrimitiveDataViewType Type { get; } = (PrimitiveDataViewType)source.Type;

    /// <summary>The names of a key's values.</summary>
    public DataViewSchema.Annotations? Annotations { get; } = source.Type is KeyDataViewType ? source.Annotations : null;

    /// <summary>Finds the column and checks that its rows hold one value each.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it holds vectors or images.</exception>
    public static LookupColumn Open(DataViewSchema schema, string name)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
            throw new ArgumentException(
                $"The database has no column '{name}' to look up. It has: {string.Join(", ", schema.Select(c => c.Name))}.", nameof(name));
        if (column.Type is not PrimitiveDataViewType)
            throw new ArgumentException(
                $"Column '{name}' has type {column.Type}; only single values (text, numbers, keys, Booleans, dates) are looked up.", nameof(name));
        return (LookupColumn)Activator.CreateInstance(typeof(LookupColumn<>).MakeGenericType(column.Type.RawType), column)!;
    }

    /// <summary>A reader that keeps the value of the row that a cursor is on.</summary>
    public abstract Action CreateReader(DataViewRow row);

    /// <summary>A getter of the values of some rows.</summary>
    /// <param name="find">Finds the ids.</param>
    /// <param name="rowOf">The row of an id, or one that there is not.</param>
    public abstract Delegate GetterOf(Func<long[]> find, Func<long, int> rowOf);
}

/// <inheritdoc cref="LookupColumn"/>
internal sealed class LookupColumn<T>(DataViewSchema.Column source) : LookupColumn(source)
{
    private static readonly T s_missing = typeof(T) == typeof(float) ? (T)(object)float.NaN
        : typeof(T) == typeof(double) ? (T)(object)double.NaN
        : default!;

    private readonly List<T> _values = [];

    public override Action CreateReader(DataViewRow row)
    {
        ValueGetter<T> getter = row.GetGetter<T>(row.Schema[Name]);
        return () =>
        {
            T value = default!;
            getter(ref value);
            // A text may be a part of a much longer one.
            if (value is ReadOnlyMemory<char> text)
                value = (T)(object)text.ToString().AsMemory();
            _values.Add(value);
        };
    }

    public override Delegate GetterOf(Func<long[]> find, Func<long, int> rowOf) => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) =>
    {
        long[] ids = find();
        VBufferEditor<T> editor = VBufferEditor.Create(ref value, ids.Length);
        for (int i = 0; i < ids.Length; i++)
            editor.Values[i] = rowOf(ids[i]) is >= 0 and var row && row < _values.Count ? _values[row] : s_missing;
        value = editor.Commit();
    });
}
