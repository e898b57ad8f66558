namespace SSAH.MLNet.Evaluation;

/// <summary>Tie-averaged figures of graded relevance: the more classes a row shares with the query, the better.</summary>
/// <remarks>
/// NDCG: Jarvelin and Kekalainen (2002), gain 2^shared - 1. ACG: mean shared classes over k places. WAP: mean of ACG at the relevant places
/// (Zhao et al., "Deep Semantic Ranking Based Hashing", CVPR 2015). In a tie group each place expects the group's mean gain.
/// </remarks>
internal sealed class GradedScorer(EvaluationPlan plan)
{
    private readonly long[] _shared = new long[plan.Bits + 1];
    private readonly double[] _gains = new double[plan.Bits + 1];
    private readonly int[] _rowsSharing = new int[byte.MaxValue + 1];

    /// <summary>NDCG's gain of a row that shares <paramref name="shared"/> classes.</summary>
    public static double Gain(int shared) => Math.ScaleB(1, shared) - 1;

    /// <summary>Shared classes of all rows at <paramref name="distance"/>.</summary>
    public long SharedAt(int distance) => _shared[distance];

    /// <summary>Adds the query's figures to the totals.</summary>
    public void Add(QueryRanking ranking, EvaluationTotals totals)
    {
        Count(ranking);
        if (ranking.RelevantRows.IsEmpty)
            return;
        totals.WeightedAveragePrecision += WeightedAveragePrecision(ranking);
        int before = 0, distance = 0;
        double gain = 0, shared = 0;
        for (int i = 0; i < plan.Cutoffs.Length; i++)
        {
            int k = plan.Cutoffs[i];
            for (; distance < ranking.All.Length && before + ranking.All[distance] <= k; distance++)
            {
                gain += GainOfTie(ranking, distance, before, ranking.All[distance]);
                shared += _shared[distance];
                before += ranking.All[distance];
            }
            bool cut = distance < ranking.All.Length && k > before;
            double gainWithin = gain + (cut ? GainOfTie(ranking, distance, before, k - before) : 0);
            double sharedWithin = shared + (cut ? (double)_shared[distance] * (k - before) / ranking.All[distance] : 0);
            totals.TieAveraged.Ndcg[i] += gainWithin / IdealGain(k);
            totals.TieAveraged.Acg[i] += sharedWithin / k;
        }
    }

    /// <summary>Discounted gain of the best possible order of the last query's rows, over the first <paramref name="k"/> places.</summary>
    public double IdealGain(int k)
    {
        double sum = 0;
        int before = 0;
        for (int shared = byte.MaxValue; shared > 0 && before < k; shared--)
        {
            int end = Math.Min(before + _rowsSharing[shared], k);
            sum += Gain(shared) * (plan.Tables.Discount[end] - plan.Tables.Discount[before]);
            before = end;
        }
        return sum;
    }

    private void Count(QueryRanking ranking)
    {
        Array.Clear(_shared);
        Array.Clear(_gains);
        Array.Clear(_rowsSharing);
        foreach (int row in ranking.RelevantRows)
        {
            int shared = ranking.Shared[row], distance = ranking.Distances[row];
            _shared[distance] += shared;
            _gains[distance] += Gain(shared);
            _rowsSharing[shared]++;
        }
    }

    private double GainOfTie(QueryRanking ranking, int distance, int before, int taken) => ranking.All[distance] == 0 ? 0
        : _gains[distance] / ranking.All[distance] * (plan.Tables.Discount[before + taken] - plan.Tables.Discount[before]);

    /// <summary>Like expected AP, where a relevant row adds its shared classes instead of 1.</summary>
    private double WeightedAveragePrecision(QueryRanking ranking)
    {
        int before = 0;
        double sum = 0, sharedBefore = 0;
        double[] harmonic = plan.Tables.Harmonic;
        for (int distance = 0; distance < ranking.All.Length; distance++)
        {
            int n = ranking.All[distance], r = ranking.Relevant[distance];
            if (r > 0)
            {
                double g = _shared[distance], f = n > 1 ? (r - 1.0) / (n - 1.0) : 0;
                double h = harmonic[before + n] - harmonic[before];
                sum += ((r * sharedBefore + g - g * f * (before + 1)) * h + g * f * n) / n;
                sharedBefore += g;
            }
            before += n;
        }
        return sum / ranking.RelevantRows.Length;
    }
}
