namespace SSAH.MLNet.Evaluation;

/// <summary>AP of a ranking with ties: expected over all orders of the tied rows, and the worst and best of these orders.</summary>
internal readonly record struct TieAveragedPrecision(double Expected, double Pessimistic, double Optimistic);

/// <summary>Expectations over all orders of tied rows, in closed form from two histograms: all rows, and relevant rows, at each distance.</summary>
/// <remarks>
/// McSherry and Najork, "Computing Information Retrieval Performance Measures Efficiently in the Presence of Tied Scores" (ECIR 2008);
/// He, Cakir, Bargal and Sclaroff, "Hashing as Tie-Aware Learning to Rank" (CVPR 2018).
/// In a tie group with n rows, r of them relevant, that follows N rows, M of them relevant, place j is relevant with probability r/n, and each
/// of the j - 1 places before it with f = (r - 1)/(n - 1) given that; so precision there is expected to be (M + 1 + (j - 1) f)/(N + j).
/// </remarks>
internal static class TieAverage
{
    /// <summary>Expected, worst and best AP over the rows at the first <paramref name="groups"/> distances, divided by their relevant rows.</summary>
    public static TieAveragedPrecision AveragePrecision(ReadOnlySpan<int> all, ReadOnlySpan<int> relevant, int groups, double[] harmonic)
    {
        int before = 0, relevantBefore = 0;
        double expected = 0, worst = 0, best = 0;
        for (int distance = 0; distance < groups; distance++)
        {
            int n = all[distance], r = relevant[distance];
            if (r > 0)
            {
                int end = before + n;
                expected += GroupSum(n, r, n, before, relevantBefore, harmonic[end] - harmonic[before]);
                // The i-th relevant row stands at place N + i at best and N + n - r + i at worst; its precision is (M + i) over that.
                best += r + (relevantBefore - before) * (harmonic[before + r] - harmonic[before]);
                worst += r + (relevantBefore - (end - r)) * (harmonic[end] - harmonic[end - r]);
            }
            before += n;
            relevantBefore += r;
        }
        return relevantBefore == 0 ? default : new(Share(expected / relevantBefore), Share(worst / relevantBefore), Share(best / relevantBefore));
    }

    // Differences of harmonic numbers are rounded, so that a perfect ranking might have a little more than all.
    private static double Share(double value) => Math.Min(1, value);

    /// <summary>Expected number of relevant rows among the first k, for ascending <paramref name="ranks"/>.</summary>
    public static void RelevantWithin(ReadOnlySpan<int> all, ReadOnlySpan<int> relevant, ReadOnlySpan<int> ranks, Span<double> found)
    {
        int before = 0, relevantBefore = 0, distance = 0;
        for (int i = 0; i < ranks.Length; i++)
        {
            while (distance < all.Length && before + all[distance] < ranks[i])
            {
                before += all[distance];
                relevantBefore += relevant[distance++];
            }
            found[i] = distance == all.Length
                ? relevantBefore
                : relevantBefore + (double)(ranks[i] - before) * relevant[distance] / all[distance];
        }
    }

    /// <summary>Expected AP@k and the probability that a relevant row is among the first k, for ascending <paramref name="cutoffs"/>.</summary>
    public static void AtCutoffs(
        ReadOnlySpan<int> all, ReadOnlySpan<int> relevant, ReadOnlySpan<int> cutoffs, ApDenominator denominator, RankTables tables,
        Span<double> averagePrecision, Span<double> hitRate)
    {
        int total = 0;
        foreach (int r in relevant)
            total += r;
        int before = 0, relevantBefore = 0, distance = 0;
        double sum = 0;
        for (int i = 0; i < cutoffs.Length; i++)
        {
            int k = cutoffs[i];
            for (; distance < all.Length && before + all[distance] <= k; distance++)
            {
                int n = all[distance], r = relevant[distance];
                sum += GroupSum(n, r, n, before, relevantBefore, tables.Harmonic[before + n] - tables.Harmonic[before]);
                before += n;
                relevantBefore += r;
            }
            var cut = distance == all.Length || k == before
                ? default
                : new CutGroup(all[distance], relevant[distance], k - before, before, relevantBefore);
            hitRate[i] = relevantBefore > 0 ? 1 : 1 - cut.ProbabilityOfNone(tables);
            double fixedDenominator = denominator == ApDenominator.Relevant ? total : Math.Min(total, k);
            averagePrecision[i] = total == 0 ? 0
                : denominator == ApDenominator.RelevantInTopK ? Share(cut.ExpectedRatio(sum, relevantBefore, tables))
                : Share((sum + cut.ExpectedSum(tables)) / fixedDenominator);
        }
    }

    /// <summary>Expected sum of the precisions at the relevant places among the first <paramref name="taken"/> places of a tie group.</summary>
    /// <param name="n">Rows in the group.</param>
    /// <param name="r">Relevant rows in the group.</param>
    /// <param name="taken">Places that count, up to n.</param>
    /// <param name="before">Rows before the group.</param>
    /// <param name="relevantBefore">Relevant rows before the group.</param>
    /// <param name="h">H(before + taken) - H(before).</param>
    internal static double GroupSum(int n, int r, int taken, int before, int relevantBefore, double h)
    {
        if (r == 0)
            return 0;
        double f = n > 1 ? (r - 1.0) / (n - 1.0) : 0;
        return (double)r / n * (f * taken + (relevantBefore + 1 - f - f * before) * h);
    }
}
