using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>Takes the code of the row that a cursor is on.</summary>
internal delegate void CodeReader();

/// <summary>A column of binary codes: packed bytes, or activations whose sign is the bit.</summary>
internal sealed class CodeColumn
{
    private CodeColumn(DataViewSchema.Column column, int bits, bool isActivation)
    {
        Column = column;
        Bits = bits;
        IsActivation = isActivation;
    }

    /// <summary>The schema column, for cursors.</summary>
    public DataViewSchema.Column Column { get; }

    /// <summary>Code length: the annotation of a packed column or 8 a byte, or the number of activations.</summary>
    public int Bits { get; }

    /// <summary>Whether the column holds activations rather than packed bits.</summary>
    public bool IsActivation { get; }

    /// <summary>Finds the column and checks its type.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it holds no codes.</exception>
    public static CodeColumn Open(DataViewSchema schema, string name)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
            throw new ArgumentException(
                $"There is no code column '{name}'. The data has: {string.Join(", ", schema.Select(c => c.Name))}.", nameof(name));
        if (column.Type is VectorDataViewType { Size: > 0 } vector)
        {
            if (vector.ItemType == NumberDataViewType.Byte && vector.Size <= (BinaryCodes.MaxBits + 7) / 8)
                return new CodeColumn(column, PackedBitsOf(column, vector.Size), isActivation: false);
            if (vector.ItemType == NumberDataViewType.Single && vector.Size <= BinaryCodes.MaxBits)
                return new CodeColumn(column, vector.Size, isActivation: true);
        }
        throw new ArgumentException($"Code column '{name}' has type {column.Type}, which is no code: give packed bits (Vector<Byte> of known size, "
            + $"up to {BinaryCodes.MaxBits} bits) or activations (Vector<Single>), as HashEncoder adds them.", nameof(name));
    }

    /// <summary>A reader that appends the row's code to <paramref name="codes"/>, its activations to <paramref name="activations"/>.</summary>
    public CodeReader CreateReader(DataViewRow row, BinaryCodes codes, List<float>? activations) =>
        IsActivation ? ActivationReader(row, codes, activations) : PackedReader(row, codes);

    /// <summary>A reader that appends the row's activations only.</summary>
    public CodeReader CreateActivationReader(DataViewRow row, List<float> activations) => ActivationReader(row, null, activations);

    private CodeReader PackedReader(DataViewRow row, BinaryCodes codes)
    {
        ValueGetter<VBuffer<byte>> getter = row.GetGetter<VBuffer<byte>>(Column);
        VBuffer<byte> value = default;
        byte[] dense = new byte[codes.BytesPerCode];
        return () =>
        {
            getter(ref value);
            CopyDense(in value, dense);
            try
            {
                codes.Add(dense);
            }
            catch (ArgumentException error)
            {
                throw new InvalidDataException($"Row {row.Position} of code column '{Column.Name}': {error.Message}", error);
            }
        };
    }

    private CodeReader ActivationReader(DataViewRow row, BinaryCodes? codes, List<float>? activations)
    {
        ValueGetter<VBuffer<float>> getter = row.GetGetter<VBuffer<float>>(Column);
        VBuffer<float> value = default;
        float[] dense = new float[Bits];
        byte[] packed = new byte[(Bits + 7) / 8];
        return () =>
        {
            getter(ref value);
            CopyDense(in value, dense);
            int bad = Array.FindIndex(dense, float.IsNaN);
            if (bad >= 0)
                throw new InvalidDataException($"Row {row.Position} of code column '{Column.Name}': activation {bad} is NaN, which is no bit.");
            activations?.AddRange(dense);
            if (codes is null)
                return;
            BinaryCodes.FromActivations(Bits, dense).CopyPacked(0, packed);
            codes.Add(packed);
        };
    }

    /// <summary>A row without a value is a zero-length vector: refused, as it is no code.</summary>
    private void CopyDense<T>(in VBuffer<T> value, T[] dense)
    {
        if (value.Length != dense.Length)
            throw new InvalidDataException($"Code column '{Column.Name}' has a row of length {value.Length} instead of {dense.Length}.");
        value.CopyTo(dense);
    }

    private static int PackedBitsOf(DataViewSchema.Column column, int bytes)
    {
        int bits = bytes * 8;
        if (column.Annotations.Schema.GetColumnOrNull(HashAnnotations.CodeBits) is not null)
            column.Annotations.GetValue(HashAnnotations.CodeBits, ref bits);
        return (bits + 7) / 8 == bytes
            ? bits
            : throw new ArgumentException($"Code column '{column.Name}' has {bytes} bytes, but its annotation says {bits} bits.");
    }
}
