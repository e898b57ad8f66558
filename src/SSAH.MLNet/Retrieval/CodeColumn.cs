using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>Takes the code of the row that a cursor is on.</summary>
internal delegate void CodeReader();

/// <summary>A column of binary codes: packed bytes, or activations whose sign is the bit.</summary>
internal sealed class CodeColumn
{
    private readonly bool _hasBytesOnly;

    private CodeColumn(DataViewSchema.Column column, int bits, bool isActivation)
    {
        Column = column;
        Bits = bits;
        IsActivation = isActivation;
        ModelId = ModelOf(column);
        _hasBytesOnly = !isActivation && column.Annotations.Schema.GetColumnOrNull(HashAnnotations.CodeBits) is null;
    }

    /// <summary>The schema column, for cursors.</summary>
    public DataViewSchema.Column Column { get; }

    /// <summary>Code length: the annotation of a packed column or 8 a byte, or the number of activations.</summary>
    public int Bits { get; }

    /// <summary>Whether the column holds activations rather than packed bits.</summary>
    public bool IsActivation { get; }

    /// <summary>The model that made the codes, as the column's annotation says; null if it has none.</summary>
    public string? ModelId { get; }

    /// <summary>An empty list of codes of this column's length and model.</summary>
    public BinaryCodes NewCodes() => new(Bits) { ModelId = ModelId };

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
        throw Unfit(name, $"{column.Type}");
    }

    /// <summary>Checks what a schema shape, which has no sizes, can tell: the column exists and is a vector of the right item type.</summary>
    /// <exception cref="ArgumentException">The column is missing or of another type.</exception>
    public static void Check(SchemaShape schema, string name)
    {
        foreach (SchemaShape.Column column in schema.Where(column => column.Name == name))
        {
            if (column.Kind != SchemaShape.Column.VectorKind.Vector || column.IsKey
                || (column.ItemType != NumberDataViewType.Byte && column.ItemType != NumberDataViewType.Single))
                throw Unfit(name, MLNetInternals.TypeOf(column));
            return;
        }
        throw new ArgumentException($"There is no code column '{name}'. The data has: {string.Join(", ", schema.Select(c => c.Name))}.", nameof(name));
    }

    /// <summary>Checks that the codes can be searched in an index; bytes without an annotation may have padding bits.</summary>
    /// <exception cref="ArgumentException">The codes have another length than the index's, or come from another model.</exception>
    public void RequireCodesOf(HammingIndex index)
    {
        if (Bits != index.Bits && !(_hasBytesOnly && Bits == (index.Bits + 7) / 8 * 8))
            throw new ArgumentException(
                $"Code column '{Column.Name}' has {Bits}-bit codes, the index {index.Bits}-bit codes: codes are compared with those of the same model only.");
        if (ModelId is { } own && index.ModelId is { } other && own != other)
            throw new ArgumentException($"Code column '{Column.Name}' has codes of model '{own}', the index codes of model '{other}': encode with the "
                + "model that the index was made with, or make the index again.");
    }

    /// <summary>A reader that appends the row's code to <paramref name="codes"/> and shows its activations, where it has any.</summary>
    public CodeReader CreateReader(DataViewRow row, BinaryCodes codes, Action<float[]>? seeActivations = null) =>
        CreateReader(row, packed => codes.Add(packed), seeActivations);

    /// <summary>A reader of the code of one row, of <paramref name="bits"/> bits.</summary>
    public Func<BinaryCodes> CreateSingleReader(DataViewRow row, int bits)
    {
        BinaryCodes? code = null;
        CodeReader read = CreateReader(row, packed => code = BinaryCodes.FromPacked(bits, packed), seeActivations: null);
        return () =>
        {
            read();
            return code!;
        };
    }

    /// <summary>A reader that shows the row's activations only.</summary>
    public CodeReader CreateActivationReader(DataViewRow row, Action<float[]> seeActivations) => ActivationReader(row, null, seeActivations);

    private CodeReader CreateReader(DataViewRow row, Action<byte[]> take, Action<float[]>? seeActivations) =>
        IsActivation ? ActivationReader(row, take, seeActivations) : PackedReader(row, take);

    private CodeReader PackedReader(DataViewRow row, Action<byte[]> take)
    {
        ValueGetter<VBuffer<byte>> getter = row.GetGetter<VBuffer<byte>>(Column);
        VBuffer<byte> value = default;
        byte[] dense = new byte[(Bits + 7) / 8];
        return () =>
        {
            getter(ref value);
            CopyDense(in value, dense);
            try
            {
                take(dense);
            }
            catch (ArgumentException error)
            {
                throw new InvalidDataException($"Row {row.Position} of code column '{Column.Name}': {ArgumentErrors.Sentence(error)}", error);
            }
        };
    }

    private CodeReader ActivationReader(DataViewRow row, Action<byte[]>? take, Action<float[]>? seeActivations)
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
                throw new InvalidDataException(
                    $"Row {row.Position} of code column '{Column.Name}': activation {bad} is NaN: it has no sign to take a bit from.");
            seeActivations?.Invoke(dense);
            if (take is null)
                return;
            BinaryCodes.FromActivations(Bits, dense).CopyPacked(0, packed);
            take(packed);
        };
    }

    /// <summary>A row without a value is a zero-length vector: refused, because it is not a code.</summary>
    private void CopyDense<T>(in VBuffer<T> value, T[] dense)
    {
        if (value.Length != dense.Length)
            throw new InvalidDataException($"Code column '{Column.Name}' has a row of length {value.Length} instead of {dense.Length}.");
        value.CopyTo(dense);
    }

    private static string? ModelOf(DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull(HashAnnotations.ModelId) is null)
            return null;
        ReadOnlyMemory<char> id = default;
        column.Annotations.GetValue(HashAnnotations.ModelId, ref id);
        return id.IsEmpty ? null : id.ToString();
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

    private static ArgumentException Unfit(string name, string type) =>
        new($"Code column '{name}' has type {type}, which is not a code: give packed bits (Vector<Byte> of known size, up to {BinaryCodes.MaxBits} "
            + "bits) or activations (Vector<Single>), as HashEncoder adds them.", nameof(name));
}
