using MathNet.Numerics.LinearAlgebra;

namespace SSAH.MLNet.Experiments;

/// <summary>A linear hash function: bit k is 1 where (x - mean) . column k is at or above zero.</summary>
/// <param name="Mean">Mean of the training vectors.</param>
/// <param name="Directions">One column a bit.</param>
internal sealed record Projection(Vector<float> Mean, Matrix<float> Directions)
{
    /// <summary>Codes of vectors, one a row.</summary>
    public BinaryCodes Encode(Matrix<float> vectors)
    {
        var projected = Center(vectors, Mean) * Directions;
        return BinaryCodes.FromActivations(Directions.ColumnCount, projected.ToRowMajorArray());
    }

    /// <summary>The vectors less a mean.</summary>
    public static Matrix<float> Center(Matrix<float> vectors, Vector<float> mean) =>
        vectors - Matrix<float>.Build.Dense(vectors.RowCount, mean.Count, (_, column) => mean[column]);

    /// <summary>Mean of the rows.</summary>
    public static Vector<float> MeanOf(Matrix<float> vectors) => vectors.ColumnSums() / vectors.RowCount;

    /// <summary>A matrix of normally distributed numbers.</summary>
    public static Matrix<float> Noise(int rows, int columns, int seed) =>
        Matrix<float>.Build.Random(rows, columns, new MathNet.Numerics.Distributions.Normal(0, 1, new Random(seed)));
}

/// <summary>Locality-sensitive hashing by random hyperplanes through the mean (Charikar 2002).</summary>
internal static class RandomHyperplanes
{
    public static Projection Learn(Matrix<float> training, int bits, int seed) =>
        new(Projection.MeanOf(training), Projection.Noise(training.ColumnCount, bits, seed));
}

/// <summary>Iterative quantization: principal components, then the rotation that brings them closest to bits (Gong and Lazebnik 2011).</summary>
internal static class PcaItq
{
    private const int SubspaceIterations = 12;
    private const int RotationIterations = 50;

    public static Projection Learn(Matrix<float> training, int bits, int seed)
    {
        var mean = Projection.MeanOf(training);
        var centered = Projection.Center(training, mean);
        var components = PrincipalComponents(centered, bits, seed);
        var reduced = centered * components;
        var rotation = Projection.Noise(bits, bits, seed).GramSchmidt().Q;
        for (int i = 0; i < RotationIterations; i++)
        {
            var codes = (reduced * rotation).Map(v => v >= 0 ? 1f : -1f);
            // Orthogonal Procrustes: the rotation that takes the components closest to the present codes.
            var svd = codes.TransposeThisAndMultiply(reduced).Svd();
            rotation = (svd.U * svd.VT).Transpose();
        }
        return new Projection(mean, components * rotation);
    }

    // Orthogonal iteration: the covariance of 3,072 pixels need not be decomposed for 48 components.
    private static Matrix<float> PrincipalComponents(Matrix<float> centered, int count, int seed)
    {
        var basis = Projection.Noise(centered.ColumnCount, count, seed).GramSchmidt().Q;
        for (int i = 0; i < SubspaceIterations; i++)
            basis = centered.TransposeThisAndMultiply(centered * basis).GramSchmidt().Q;
        return basis;
    }
}
