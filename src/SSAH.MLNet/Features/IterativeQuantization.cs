using MathNet.Numerics.LinearAlgebra;

namespace SSAH.MLNet.Features;

/// <summary>
/// Iterative quantization (Gong and Lazebnik, CVPR 2011): principal components, then the rotation that brings them closest to bits. Where more bits
/// are asked for than there are dimensions, the rotation becomes a tight frame of random rotations.
/// </summary>
internal static class IterativeQuantization
{
    private const int LargestSample = 10_000;
    private const int Iterations = 50;

    // A singular value decomposition of more takes minutes; a random rotation is nearly as good for so many bits.
    private const int LargestLearnedRotation = 128;

    /// <summary>Learns the projection [d, bits] of centered vectors: bit k is 1 where its component k is 0 or more.</summary>
    /// <param name="vectors">[n, d], of mean 0.</param>
    /// <param name="bits">Code length.</param>
    /// <param name="seed">Draws the sample and the first rotation.</param>
    /// <param name="cancellation">Ends the learning.</param>
    public static FeatureMatrix Learn(FeatureMatrix vectors, int bits, int seed, CancellationToken cancellation = default)
    {
        FeatureMatrix sample = vectors.Sample(LargestSample, seed);
        var (_, components) = sample.TransposedTimes(sample, cancellation).Eigen(cancellation);
        int kept = Math.Min(bits, vectors.Columns);
        var basis = components.SubMatrix(0, vectors.Columns, 0, kept);
        var random = new Random(seed);
        var rotation = FeatureMatrix.Abandoning(() => Frame(kept, bits, random), cancellation);
        if (bits <= Math.Min(kept, LargestLearnedRotation))
        {
            FeatureMatrix reduced = sample.Times(FeatureMatrix.From(basis), cancellation);
            for (int i = 0; i < Iterations; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                rotation = Closest(reduced, FeatureMatrix.From(rotation), cancellation);
            }
        }
        return FeatureMatrix.From(basis * rotation);
    }

    // Orthogonal Procrustes: the rotation that takes the components closest to their present codes.
    private static Matrix<double> Closest(FeatureMatrix reduced, FeatureMatrix rotation, CancellationToken cancellation)
    {
        FeatureMatrix codes = reduced.Times(rotation, cancellation);
        for (int i = 0; i < codes.Values.Length; i++)
            codes.Values[i] = codes.Values[i] >= 0 ? 1 : -1;
        FeatureMatrix product = reduced.TransposedTimes(codes, cancellation);
        var square = Matrix<double>.Build.Dense(product.Rows, product.Columns, (row, column) => product.Row(row)[column]);
        var svd = FeatureMatrix.Abandoning(() => square.Svd(), cancellation);
        return svd.U * svd.VT;
    }

    // Random rotations side by side; the last one is cut.
    private static Matrix<double> Frame(int dimensions, int bits, Random random)
    {
        var normal = new MathNet.Numerics.Distributions.Normal(0, 1, random);
        var frame = Matrix<double>.Build.Dense(dimensions, bits);
        for (int start = 0; start < bits; start += dimensions)
        {
            int count = Math.Min(dimensions, bits - start);
            frame.SetSubMatrix(0, start, Matrix<double>.Build.Random(dimensions, dimensions, normal).QR().Q.SubMatrix(0, dimensions, 0, count));
        }
        return frame;
    }
}
