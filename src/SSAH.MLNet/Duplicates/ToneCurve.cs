namespace SSAH.MLNet.Duplicates;

/// <summary>
/// How well the values of one image follow from those of another by one rising curve for all colors: brightness, contrast and clipping are such curves,
/// another image or a changed color is not.
/// </summary>
internal static class ToneCurve
{
    private const int Levels = 256;

    // A mean square below that of one level is noise, of which nothing follows.
    private const double LeastVariance = 1;

    /// <summary>Correlation of <paramref name="to"/> with the best rising curve of <paramref name="from"/>, 0 to 1.</summary>
    public static double Correlation(ReadOnlySpan<float> from, ReadOnlySpan<float> to)
    {
        Span<double> sums = stackalloc double[Levels], counts = stackalloc double[Levels];
        sums.Clear();
        counts.Clear();
        double sum = 0, squares = 0;
        for (int i = 0; i < from.Length; i++)
        {
            int level = Math.Clamp((int)(from[i] + 0.5f), 0, Levels - 1);
            sums[level] += to[i];
            counts[level]++;
            sum += to[i];
            squares += (double)to[i] * to[i];
        }
        double around = squares - sum * sum / from.Length;
        if (around < LeastVariance * from.Length)
            return 0;
        double missed = squares - SquaresOfRisingFit(sums, counts);
        return Math.Sqrt(Math.Clamp(1 - missed / around, 0, 1));
    }

    /// <summary>How far two images are from having the same values, whatever the curve: 0 where they do, at most 1.</summary>
    public static double Change(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        double sum = 0, squares = 0, apart = 0;
        for (int i = 0; i < first.Length; i++)
        {
            sum += first[i];
            squares += (double)first[i] * first[i];
            apart += (double)(first[i] - second[i]) * (first[i] - second[i]);
        }
        double around = squares - sum * sum / first.Length;
        return around > 0 ? Math.Min(1, apart / around) : apart > 0 ? 1 : 0;
    }

    // Pool adjacent violators: neighbors that fall are one step of the curve, at their common mean.
    private static double SquaresOfRisingFit(ReadOnlySpan<double> sums, ReadOnlySpan<double> counts)
    {
        Span<double> stepSums = stackalloc double[Levels], stepCounts = stackalloc double[Levels];
        int steps = 0;
        for (int level = 0; level < Levels; level++)
        {
            if (counts[level] == 0)
                continue;
            (stepSums[steps], stepCounts[steps]) = (sums[level], counts[level]);
            for (; steps > 0 && stepSums[steps - 1] * stepCounts[steps] >= stepSums[steps] * stepCounts[steps - 1]; steps--)
            {
                stepSums[steps - 1] += stepSums[steps];
                stepCounts[steps - 1] += stepCounts[steps];
            }
            steps++;
        }
        double fit = 0;
        for (int step = 0; step < steps; step++)
            fit += stepSums[step] * stepSums[step] / stepCounts[step];
        return fit;
    }
}
