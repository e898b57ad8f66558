using System.Numerics.Tensors;
using SSAH.MLNet.Features;

namespace SSAH.MLNet.Training.Frozen;

/// <summary>
/// Raises class probabilities to a power, so that what spread over a graph, which is far less sure than right, becomes about as sure as it is right
/// (temperature scaling, Guo et al. 2017, by the mean instead of the likelihood). Reconstructed.
/// </summary>
internal static class Sharpening
{
    // Further, classes without any label would be taken for others: chosen among 1, 1.5 and 2.2 on held-out images of two collections.
    private const double LargestPower = 1.5;
    private const double Tolerance = 1e-3;
    private const int SampleRows = 5_000;

    /// <summary>Sharpens in place.</summary>
    /// <param name="probabilities">[n, classes], rows of sum 1.</param>
    /// <param name="counts">Whether a row counts for the mean; those with labels do not.</param>
    /// <param name="wanted">What the mean of the largest probabilities should be, 0 to 1.</param>
    /// <returns>The power, from 1 (sure enough) to 1.5.</returns>
    public static double Sharpen(FeatureMatrix probabilities, Func<int, bool> counts, double wanted)
    {
        int[] rows = [.. Enumerable.Range(0, probabilities.Rows).Where(counts)];
        if (rows.Length == 0)
            return 1;
        int every = (rows.Length + SampleRows - 1) / SampleRows;
        FeatureMatrix sample = probabilities.Take([.. rows.Where((_, i) => i % every == 0)]);
        double low = 1, high = LargestPower;
        while (high - low > Tolerance)
        {
            double middle = (low + high) / 2;
            (low, high) = MeanLargest(sample, middle) < wanted ? (middle, high) : (low, middle);
        }
        for (int row = 0; row < probabilities.Rows; row++)
            Raise(probabilities.Row(row), high, probabilities.Row(row));
        return high;
    }

    private static double MeanLargest(FeatureMatrix sample, double power)
    {
        var raised = new float[sample.Columns];
        double sum = 0;
        for (int row = 0; row < sample.Rows; row++)
        {
            Raise(sample.Row(row), power, raised);
            sum += TensorPrimitives.Max<float>(raised);
        }
        return sum / sample.Rows;
    }

    private static void Raise(ReadOnlySpan<float> probabilities, double power, Span<float> raised)
    {
        TensorPrimitives.Pow(probabilities, (float)power, raised);
        TensorPrimitives.Divide(raised, TensorPrimitives.Sum<float>(raised), raised);
    }
}
