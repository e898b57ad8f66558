using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet;

/// <summary>The columns before and after an encoder: all of the input's, then the code and its activation.</summary>
internal sealed class HashSchema(DataViewSchema input, HashModelDescription model, string inputColumn, string outputColumn)
    : AppendedColumns(input, builder => Add(builder, model, outputColumn))
{
    /// <summary>Number of the code's column among the new ones; the activation's is the next.</summary>
    public const int CodeNumber = 0;

    public PixelColumn Pixels { get; } = PixelColumn.Open(input, inputColumn, model.Shape, model.Resizing);

    public static string ActivationName(string outputColumn) => outputColumn + "Activation";

    /// <summary>What an estimator promises: the input's columns and the two new ones.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The pixel column is missing or of the wrong type.</exception>
    public static SchemaShape Extend(SchemaShape input, string inputColumn, string outputColumn)
    {
        PixelColumn.Check(input, inputColumn);
        string activation = ActivationName(outputColumn);
        SchemaShape.Column[] added =
        [
            MLNetInternals.Column(outputColumn, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Byte,
                HashAnnotations.ShapeOf(withSlotNames: false)),
            MLNetInternals.Column(activation, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single,
                HashAnnotations.ShapeOf(withSlotNames: true)),
        ];
        return new SchemaShape(input.Where(column => column.Name != outputColumn && column.Name != activation).Concat(added));
    }

    /// <summary>Which of the two new columns are read.</summary>
    public (bool Code, bool Activation) Added(IReadOnlySet<int> needed) => (needed.Contains(First), needed.Contains(First + 1));

    private static void Add(DataViewSchema.Builder builder, HashModelDescription model, string outputColumn)
    {
        builder.AddColumn(outputColumn, new VectorDataViewType(NumberDataViewType.Byte, model.BytesPerCode), HashAnnotations.OfCode(model));
        builder.AddColumn(ActivationName(outputColumn), new VectorDataViewType(NumberDataViewType.Single, model.Bits),
            HashAnnotations.OfActivation(model));
    }
}
