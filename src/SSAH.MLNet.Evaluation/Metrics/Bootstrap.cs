using MathNet.Numerics.Random;
using MathNet.Numerics.Statistics;

namespace SSAH.MLNet.Evaluation;

/// <summary>Confidence interval of a mean over queries by the percentile bootstrap (Efron and Tibshirani, 1993, chapter 13).</summary>
internal static class Bootstrap
{
    /// <summary>Draws the queries with replacement, again and again, and takes the quantiles of the means.</summary>
    public static ConfidenceInterval OfMean(double[] values, RetrievalOptions options, CancellationToken cancellationToken)
    {
        double[] means = new double[options.BootstrapSamples];
        // A generator of its own for each resample keeps the interval independent of the threads.
        Parallel.For(0, means.Length, options.ParallelOptions(cancellationToken), sample =>
        {
            var random = new Xoshiro256StarStar(unchecked(options.Seed * 1_000_003 + sample), threadSafe: false);
            double sum = 0;
            for (int i = 0; i < values.Length; i++)
                sum += values[random.Next(values.Length)];
            means[sample] = sum / values.Length;
        });
        double tail = (1 - options.ConfidenceLevel) / 2;
        Array.Sort(means);
        return new ConfidenceInterval(SortedArrayStatistics.Quantile(means, tail), SortedArrayStatistics.Quantile(means, 1 - tail),
            options.ConfidenceLevel, options.BootstrapSamples, options.Seed);
    }
}
