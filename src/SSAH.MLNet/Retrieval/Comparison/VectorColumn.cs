using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet;

/// <summary>A column of float vectors of one size, and the values that were read of it.</summary>
internal sealed class VectorColumn
{
    private float[] _values = [];
    private int _count;

    private VectorColumn(DataViewSchema.Column column, int dimension)
    {
        Column = column;
        Dimension = dimension;
    }

    /// <summary>The schema column, for cursors.</summary>
    public DataViewSchema.Column Column { get; }

    /// <summary>Values of one vector.</summary>
    public int Dimension { get; }

    /// <summary>The vectors read so far, one after the other.</summary>
    public ReadOnlyMemory<float> Values => _values.AsMemory(0, _count);

    /// <summary>Finds the column and checks its type.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it holds no float vectors of known size.</exception>
    public static VectorColumn Open(DataViewSchema schema, string name)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
            throw new ArgumentException($"There is no column '{name}'. The data has: {string.Join(", ", schema.Select(c => c.Name))}.", nameof(name));
        return column.Type is VectorDataViewType { Size: > 0 } vector && vector.ItemType == NumberDataViewType.Single
            ? new VectorColumn(column, vector.Size)
            : throw new ArgumentException($"Column '{name}' has type {column.Type}; features and probabilities are Vector<Single> of known size. Make "
                + "one with mlContext.Transforms.Concatenate, or convert its items with Conversion.ConvertType.", nameof(name));
    }

    /// <summary>A reader that keeps the vector of the row that a cursor is on.</summary>
    public CodeReader CreateReader(DataViewRow row)
    {
        ValueGetter<VBuffer<float>> getter = row.GetGetter<VBuffer<float>>(Column);
        VBuffer<float> value = default;
        return () =>
        {
            getter(ref value);
            if (value.Length != Dimension)
                throw new InvalidDataException($"Row {row.Position} of column '{Column.Name}' has {value.Length} values instead of {Dimension}.");
            if ((long)_count + Dimension > Array.MaxLength)
                throw new InvalidDataException(
                    $"The vectors of column '{Column.Name}' are more than {Array.MaxLength} values, which do not fit memory as one: compare fewer rows.");
            if (_count + Dimension > _values.Length)
                Array.Resize(ref _values, (int)Math.Min(Array.MaxLength, Math.Max(1024L * Dimension, 2L * _values.Length)));
            value.CopyTo(_values.AsSpan(_count, Dimension));
            _count += Dimension;
        };
    }
}
