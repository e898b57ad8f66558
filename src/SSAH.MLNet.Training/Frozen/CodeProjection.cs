using SSAH.MLNet.Features;

namespace SSAH.MLNet.Training.Frozen;

/// <summary>
/// Learns the projection of class probabilities p and whitened features z to bits, so that a code keeps what the labels say and what the features know beside
/// them: PCA-ITQ of both, p scaled to a given multiple of z's variance. Where classes weigh more than features and are so many that principal components
/// would lose some, the sums of the classes' codewords, weighed by p, have bits of their own beside those of PCA-ITQ of z. Reconstructed.
/// </summary>
/// <param name="classWeight">Variance, or number of bits, of p against that of z.</param>
/// <param name="bits">Code length.</param>
/// <param name="seed">Seed.</param>
internal sealed class CodeProjection(double classWeight, int bits, int seed)
{
    /// <summary>Learns [classes + d, bits].</summary>
    /// <param name="inputs">[n, classes + d]: p beside z.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="cancellation">Ends the learning between two iterations.</param>
    public FeatureMatrix Learn(FeatureMatrix inputs, int classes, CancellationToken cancellation) =>
        classes > bits / 2 && classWeight > 1 ? OfWords(inputs, classes, cancellation) : OfBoth(inputs, classes, cancellation);

    private int WordBits => (int)Math.Round(bits * classWeight / (1 + classWeight));

    private FeatureMatrix OfBoth(FeatureMatrix inputs, int classes, CancellationToken cancellation)
    {
        double[] variance = Variances(inputs);
        double ofClasses = variance[..classes].Sum(), ofFeatures = variance[classes..].Sum();
        float weight = ofClasses > 0 ? (float)Math.Sqrt(classWeight * ofFeatures / ofClasses) : 0;
        FeatureMatrix scaled = Centered(inputs, 0, inputs.Columns, column => column < classes ? weight : 1);
        FeatureMatrix projection = IterativeQuantization.Learn(scaled, bits, seed, cancellation);
        // The weight moves into the projection.
        for (int i = 0; i < classes; i++)
            for (int bit = 0; bit < bits; bit++)
                projection.Row(i)[bit] *= weight;
        return projection;
    }

    private FeatureMatrix OfWords(FeatureMatrix inputs, int classes, CancellationToken cancellation)
    {
        int wordBits = WordBits;
        var projection = new FeatureMatrix(inputs.Columns, bits);
        FeatureMatrix words = ClassWords.Draw(classes, wordBits, seed, cancellation);
        for (int c = 0; c < classes; c++)
            words.Row(c).CopyTo(projection.Row(c));
        if (wordBits == bits)
            return projection;
        FeatureMatrix features = IterativeQuantization.Learn(
            Centered(inputs, classes, inputs.Columns, _ => 1), bits - wordBits, seed, cancellation);
        for (int i = 0; i < features.Rows; i++)
            features.Row(i).CopyTo(projection.Row(classes + i)[wordBits..]);
        return projection;
    }

    // The columns from first to end, less their mean, each times its weight.
    private static FeatureMatrix Centered(FeatureMatrix inputs, int first, int end, Func<int, float> weight)
    {
        float[] mean = inputs.Mean(), weights = [.. Enumerable.Range(0, inputs.Columns).Select(weight)];
        var centered = new FeatureMatrix(inputs.Rows, end - first);
        for (int row = 0; row < inputs.Rows; row++)
            for (int i = first; i < end; i++)
                centered.Row(row)[i - first] = (inputs.Row(row)[i] - mean[i]) * weights[i];
        return centered;
    }

    private static double[] Variances(FeatureMatrix inputs)
    {
        float[] mean = inputs.Mean();
        var sums = new double[inputs.Columns];
        for (int row = 0; row < inputs.Rows; row++)
            for (int i = 0; i < sums.Length; i++)
                sums[i] += Math.Pow(inputs.Row(row)[i] - mean[i], 2);
        return sums;
    }
}
