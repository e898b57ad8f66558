using System.Runtime.Intrinsics;

namespace SSAH.MLNet.Evaluation;

/// <summary>Figures in stable order: ascending distance, then row number. Only the relevant rows are visited, by their ranks.</summary>
internal sealed class StableScorer(EvaluationPlan plan)
{
    /// <summary>Relevant rows whose precisions are summed at once; they stay in the first-level cache.</summary>
    private const int RowsPerSum = 512;

    private readonly int[] _rowsBefore = new int[plan.Bits + 1];
    private readonly int[] _relevantBefore = new int[plan.Bits + 1];
    private readonly long[] _sharedBefore = new long[plan.Bits + 1];
    private readonly double[] _sum = new double[plan.Cutoffs.Length];
    private readonly double[] _gain = new double[plan.Cutoffs.Length];
    private readonly int[] _found = new int[plan.Cutoffs.Length];
    private readonly long[] _shared = new long[plan.Cutoffs.Length];
    private readonly double[] _relevantWithin = new double[RowsPerSum];
    private readonly double[] _ranks = new double[RowsPerSum];
    private readonly int _lastCutoff = plan.Cutoffs is [.., var last] ? last : 0;
    private readonly int _head = plan.Options.AsymmetricDepth ?? int.MaxValue;

    /// <summary>Sum of the last query's precisions at relevant rows after the head that is re-ranked.</summary>
    public double SumBeyondHead { get; private set; }

    /// <summary>Adds the query's stable-order figures to the totals and returns its AP over the whole ranking.</summary>
    public double Add(QueryRanking ranking, GradedScorer? graded, EvaluationTotals totals)
    {
        Prepare(ranking, graded);
        ReadOnlySpan<int> rows = ranking.RelevantRows, placesInTies = ranking.PlacesInTies;
        ReadOnlySpan<ushort> distances = ranking.Distances;
        double sum = 0, beyond = 0, weighted = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            int distance = distances[rows[i]];
            int rank = _rowsBefore[distance] + placesInTies[i];
            int found = ++_relevantBefore[distance];
            _ranks[i % RowsPerSum] = rank;
            _relevantWithin[i % RowsPerSum] = found;
            if (i % RowsPerSum == RowsPerSum - 1)
                sum += SumOfRatios(_relevantWithin, _ranks);
            int shared = 1;
            if (graded is not null)
            {
                shared = ranking.Shared[rows[i]];
                weighted += (double)(_sharedBefore[distance] += shared) / rank;
            }
            if (rank > _head)
                beyond += (double)found / rank;
            if (rank <= _lastCutoff)
                AddToCutoffs(rank, (double)found / rank, shared);
        }
        sum += SumOfRatios(_relevantWithin.AsSpan(0, rows.Length % RowsPerSum), _ranks);
        SumBeyondHead = beyond;
        AddCutoffs(ranking, graded, totals.Stable);
        totals.StableWeightedAveragePrecision += rows.Length == 0 ? 0 : weighted / rows.Length;
        return rows.Length == 0 ? 0 : sum / rows.Length;
    }

    /// <summary>Eight divisions at a time; the vector is the same on every machine, and so is the order of the sum.</summary>
    private static double SumOfRatios(ReadOnlySpan<double> numerators, ReadOnlySpan<double> denominators)
    {
        Vector512<double> sums = Vector512<double>.Zero;
        int i = 0;
        for (; i <= numerators.Length - Vector512<double>.Count; i += Vector512<double>.Count)
            sums += Vector512.Create(numerators[i..]) / Vector512.Create(denominators[i..]);
        double sum = 0;
        for (int lane = 0; lane < Vector512<double>.Count; lane++)
            sum += sums[lane];
        for (; i < numerators.Length; i++)
            sum += numerators[i] / denominators[i];
        return sum;
    }

    private void Prepare(QueryRanking ranking, GradedScorer? graded)
    {
        int rows = 0, relevant = 0;
        long shared = 0;
        for (int distance = 0; distance < _rowsBefore.Length; distance++)
        {
            _rowsBefore[distance] = rows;
            _relevantBefore[distance] = relevant;
            _sharedBefore[distance] = shared;
            rows += ranking.All[distance];
            relevant += ranking.Relevant[distance];
            shared += graded?.SharedAt(distance) ?? 0;
        }
        Array.Clear(_sum);
        Array.Clear(_gain);
        Array.Clear(_found);
        Array.Clear(_shared);
    }

    private void AddToCutoffs(int rank, double precision, int shared)
    {
        double gain = plan.MultiLabel ? GradedScorer.Gain(shared) / Math.Log2(rank + 1.0) : 0;
        for (int i = plan.Cutoffs.Length - 1; i >= 0 && plan.Cutoffs[i] >= rank; i--)
        {
            _sum[i] += precision;
            _gain[i] += gain;
            _found[i]++;
            _shared[i] += shared;
        }
    }

    private void AddCutoffs(QueryRanking ranking, GradedScorer? graded, CutoffSums sums)
    {
        int relevant = ranking.RelevantRows.Length;
        if (relevant == 0)
            return;
        for (int i = 0; i < plan.Cutoffs.Length; i++)
        {
            int k = plan.Cutoffs[i];
            int denominator = plan.Options.ApDenominator switch
            {
                ApDenominator.RelevantInTopK => _found[i],
                ApDenominator.MinOfRelevantAndK => Math.Min(relevant, k),
                _ => relevant,
            };
            sums.AveragePrecision[i] += denominator == 0 ? 0 : _sum[i] / denominator;
            sums.Precision[i] += (double)_found[i] / k;
            sums.Recall[i] += (double)_found[i] / relevant;
            sums.HitRate[i] += _found[i] > 0 ? 1 : 0;
            if (graded is null)
                continue;
            sums.Ndcg[i] += _gain[i] / graded.IdealGain(k);
            sums.Acg[i] += (double)_shared[i] / k;
        }
    }
}
