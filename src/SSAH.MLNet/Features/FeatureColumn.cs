using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet.Features;

/// <summary>A column of feature vectors: <c>Vector&lt;Single&gt;</c> of known size.</summary>
internal sealed class FeatureColumn
{
    private FeatureColumn(string name, int index, int length) => (Name, Index, Length) = (name, index, length);

    public string Name { get; }

    /// <summary>Position of the column in the schema it was opened on.</summary>
    public int Index { get; }

    /// <summary>Number of features.</summary>
    public int Length { get; }

    /// <summary>Finds the column.</summary>
    /// <exception cref="ArgumentException">It is missing or of another type.</exception>
    public static FeatureColumn Open(DataViewSchema schema, string name)
    {
        DataViewSchema.Column column = schema.GetColumnOrNull(name)
            ?? throw new ArgumentException($"There is no feature column '{name}'. The columns are: {string.Join(", ", schema.Select(c => c.Name))}.",
                nameof(name));
        return column.Type is VectorDataViewType { IsKnownSize: true, Size: > 1 and var size, ItemType: NumberDataViewType item }
            && item == NumberDataViewType.Single
            ? new FeatureColumn(name, column.Index, size)
            : throw new ArgumentException(
                $"Column '{name}' is {column.Type}; features are a vector of Single of known size. Join numbers to one with mlContext.Transforms.Concatenate, "
                + "convert others with Conversion.ConvertType.", nameof(name));
    }

    /// <summary>Reads the features of the row that a cursor is on.</summary>
    public Action<Span<float>> CreateReader(DataViewRow row)
    {
        var getter = row.GetGetter<VBuffer<float>>(row.Schema[Index]);
        VBuffer<float> features = default;
        return destination =>
        {
            getter(ref features);
            if (features.Length != Length)
                throw new InvalidDataException($"Row {row.Position}, column '{Name}': {features.Length} values instead of {Length}.");
            features.CopyTo(destination);
            int bad = destination.IndexOfAnyExceptInRange(float.MinValue, float.MaxValue);
            if (bad >= 0)
                throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                    $"Row {row.Position}, column '{Name}': the value {destination[bad]} is not a finite number."));
        };
    }
}
