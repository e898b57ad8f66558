using System.Numerics.Tensors;

namespace SSAH.MLNet.Features;

/// <summary>A linear classifier: probabilities of the classes from whitened features.</summary>
/// <param name="Weight">[d, classes].</param>
/// <param name="Bias">[classes].</param>
/// <param name="IsMultiLabel">Whether a row may have several classes: then each has a probability of its own (sigmoid), else they add up to 1
/// (softmax).</param>
internal sealed record ClassLayer(FeatureMatrix Weight, float[] Bias, bool IsMultiLabel)
{
    /// <summary>Number of classes.</summary>
    public int Count => Bias.Length;

    /// <summary>Probabilities [n, classes] of vectors [n, d].</summary>
    public FeatureMatrix Probabilities(FeatureMatrix vectors)
    {
        FeatureMatrix result = vectors.Times(Weight);
        for (int row = 0; row < result.Rows; row++)
        {
            Span<float> values = result.Row(row);
            TensorPrimitives.Add(values, Bias, values);
            if (IsMultiLabel)
                TensorPrimitives.Sigmoid(values, values);
            else
                TensorPrimitives.SoftMax(values, values);
        }
        return result;
    }

    /// <summary>The probabilities, then the vectors: [n, classes + d].</summary>
    public FeatureMatrix Beside(FeatureMatrix vectors)
    {
        FeatureMatrix probabilities = Probabilities(vectors), result = new(vectors.Rows, Count + vectors.Columns);
        for (int row = 0; row < result.Rows; row++)
        {
            probabilities.Row(row).CopyTo(result.Row(row));
            vectors.Row(row).CopyTo(result.Row(row)[Count..]);
        }
        return result;
    }
}
