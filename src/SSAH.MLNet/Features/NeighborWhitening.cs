using System.Numerics.Tensors;

namespace SSAH.MLNet.Features;

/// <summary>
/// A linear map that shrinks the directions in which near neighbors differ, so that what is left tells groups of images apart. Without labels the
/// differences between neighbors stand in for those within a class (as in linear discriminant analysis, with neighbors in place of labels;
/// reconstructed).
/// </summary>
/// <param name="Map">[d, d], symmetric: (S + ridge * mean of S's diagonal * I)^(-1/2), S the mean outer product of the differences.</param>
/// <param name="Offset">[d]: mean of the mapped vectors.</param>
internal sealed record NeighborWhitening(FeatureMatrix Map, float[] Offset)
{
    private const int LargestSample = 5_000;
    private const int Neighbors = 5;

    // Of 0.1, 0.3 and 1 the one that won on held-out images of three collections.
    private const double Ridge = 0.3;

    /// <summary>The map that changes nothing.</summary>
    public static NeighborWhitening None(int dimensions)
    {
        var map = new FeatureMatrix(dimensions, dimensions);
        for (int i = 0; i < dimensions; i++)
            map.Row(i)[i] = 1;
        return new NeighborWhitening(map, new float[dimensions]);
    }

    /// <summary>Learns the map of the directions of features from their mean.</summary>
    /// <param name="features">[n, d].</param>
    /// <param name="mean">[d].</param>
    /// <param name="seed">Draws the sample where there are more than 5,000 rows.</param>
    /// <param name="cancellation">Ends the learning.</param>
    public static NeighborWhitening Learn(FeatureMatrix features, float[] mean, int seed, CancellationToken cancellation = default)
    {
        FeatureMatrix sample = features.Sample(LargestSample, seed).Directions(mean, cancellation);
        FeatureMatrix differences = Differences(sample, cancellation);
        FeatureMatrix scatter = differences.TransposedTimes(differences, cancellation);
        TensorPrimitives.Divide(scatter.Values, Math.Max(1, differences.Rows), scatter.Values);
        var (values, vectors) = scatter.Eigen(cancellation);
        double ridge = Ridge * values.Average();
        var scaled = vectors.Clone();
        for (int column = 0; column < values.Length; column++)
            // Where no two rows differ there is nothing to shrink.
            scaled.SetColumn(column, vectors.Column(column) / Math.Sqrt(ridge > 0 ? Math.Max(0, values[column]) + ridge : 1));
        FeatureMatrix map = FeatureMatrix.From(scaled * vectors.Transpose());
        return new NeighborWhitening(map, sample.Times(map, cancellation).Mean());
    }

    // Of each row and its nearest ones.
    private static FeatureMatrix Differences(FeatureMatrix sample, CancellationToken cancellation)
    {
        int count = Math.Min(Neighbors, sample.Rows - 1);
        var result = new FeatureMatrix(sample.Rows * Math.Max(0, count), sample.Columns);
        Parallel.For(0, sample.Rows, new ParallelOptions { CancellationToken = cancellation }, row =>
        {
            float[] similarity = new float[sample.Rows];
            int[] order = new int[sample.Rows];
            for (int other = 0; other < sample.Rows; other++)
            {
                similarity[other] = other == row ? float.PositiveInfinity : -TensorPrimitives.Dot<float>(sample.Row(row), sample.Row(other));
                order[other] = other;
            }
            Array.Sort(similarity, order);
            for (int i = 0; i < count; i++)
                TensorPrimitives.Subtract(sample.Row(row), sample.Row(order[i]), result.Row(row * count + i));
        });
        return result;
    }
}
