namespace SSAH.MLNet.Features;

/// <summary>Learns a <see cref="HashHead"/> from features alone.</summary>
internal static class UnsupervisedHead
{
    /// <summary>Means, whitening and PCA-ITQ.</summary>
    /// <exception cref="InvalidOperationException">There are fewer than two rows, or all rows are equal.</exception>
    public static HashHead Learn(FeatureMatrix features, int bits, bool whitens, int seed, CancellationToken cancellation)
    {
        if (features.Rows < 2)
            throw new InvalidOperationException($"Codes cannot be learned from {features.Rows} row; at least 2 are needed, and some hundreds for good ones.");
        float[] mean = features.Mean();
        if (features.HasEqualRows)
            throw new InvalidOperationException("All rows have the same features: there is nothing to tell apart.");
        NeighborWhitening whitening = whitens
            ? NeighborWhitening.Learn(features, mean, seed, cancellation) : NeighborWhitening.None(features.Columns);
        var unprojected = new HashHead(mean, whitening, null, new FeatureMatrix(0, 0), []);
        FeatureMatrix vectors = unprojected.Whiten(features, cancellation);
        FeatureMatrix projection = IterativeQuantization.Learn(vectors, bits, seed, cancellation);
        return unprojected.Projecting(vectors, projection, center: true);
    }
}
