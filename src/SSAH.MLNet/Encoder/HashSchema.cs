using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet;

/// <summary>The columns before and after an encoder: all of the input's, then the code and its activation.</summary>
internal sealed class HashSchema
{
    public HashSchema(DataViewSchema input, HashModelDescription model, string inputColumn, string outputColumn)
    {
        Input = input;
        Pixels = PixelColumn.Open(input, inputColumn, model.Shape);
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        builder.AddColumn(outputColumn, new VectorDataViewType(NumberDataViewType.Byte, model.BytesPerCode), HashAnnotations.OfCode(model));
        builder.AddColumn(ActivationName(outputColumn), new VectorDataViewType(NumberDataViewType.Single, model.Bits),
            HashAnnotations.OfActivation(model));
        Output = builder.ToSchema();
    }

    public DataViewSchema Input { get; }

    public DataViewSchema Output { get; }

    public PixelColumn Pixels { get; }

    public int CodeIndex => Input.Count;

    public int ActivationIndex => Input.Count + 1;

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

    /// <summary>The columns of the input that a reader of <paramref name="needed"/> reads itself, without the pixels for the codes.</summary>
    public IEnumerable<DataViewSchema.Column> PassThrough(IReadOnlySet<int> needed) => Input.Where(column => needed.Contains(column.Index));

    /// <summary>Which of the two new columns are read.</summary>
    public (bool Code, bool Activation) Added(IReadOnlySet<int> needed) => (needed.Contains(CodeIndex), needed.Contains(ActivationIndex));
}
