using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet;

/// <summary>Annotations of the code columns.</summary>
internal static class HashAnnotations
{
    /// <summary>Code length in bits, an <c>Int32</c>: tells real bits from padding bits.</summary>
    public const string CodeBits = "SsahCodeBits";

    /// <summary>Name of the method that made the codes, a text.</summary>
    public const string Method = "SsahMethod";

    /// <summary>The model that made the codes, a text: codes of different models are not comparable.</summary>
    public const string ModelId = "SsahModelId";

    /// <summary>Names of the activation's slots, <c>Bit000</c> and so on.</summary>
    public const string SlotNames = "SlotNames";

    public static DataViewSchema.Annotations OfCode(HashModelDescription model)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        AddCommon(builder, model);
        return builder.ToAnnotations();
    }

    public static DataViewSchema.Annotations OfActivation(HashModelDescription model)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        var names = new ReadOnlyMemory<char>[model.Bits];
        for (int bit = 0; bit < names.Length; bit++)
            names[bit] = FormattableString.Invariant($"Bit{bit:000}").AsMemory();
        builder.Add(SlotNames, new VectorDataViewType(TextDataViewType.Instance, names.Length),
            (ref VBuffer<ReadOnlyMemory<char>> value) => names.AsSpan().CopyTo(VectorOf(ref value, names.Length)));
        AddCommon(builder, model);
        return builder.ToAnnotations();
    }

    /// <summary>The annotations as an estimator's output schema shows them.</summary>
    public static SchemaShape ShapeOf(bool withSlotNames)
    {
        List<SchemaShape.Column> columns =
        [
            MLNetInternals.Column(CodeBits, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.Int32),
            MLNetInternals.Column(Method, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance),
            MLNetInternals.Column(ModelId, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance),
        ];
        if (withSlotNames)
            columns.Add(MLNetInternals.Column(SlotNames, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance));
        return new SchemaShape(columns);
    }

    private static void AddCommon(DataViewSchema.Annotations.Builder builder, HashModelDescription model)
    {
        builder.AddPrimitiveValue(CodeBits, NumberDataViewType.Int32, model.Bits);
        builder.AddPrimitiveValue(Method, TextDataViewType.Instance, model.Method.AsMemory());
        // Asked for only where codes are indexed or saved: a hash of the whole file.
        builder.Add(ModelId, TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = model.Id.AsMemory());
    }

    private static Span<T> VectorOf<T>(ref VBuffer<T> value, int length)
    {
        VBufferEditor<T> editor = VBufferEditor.Create(ref value, length);
        value = editor.Commit();
        return editor.Values;
    }
}
