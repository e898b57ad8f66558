namespace SSAH.MLNet.Evaluation;

/// <summary>All figures of one query after the other, added up in the totals of a block. One a thread.</summary>
internal sealed class QueryScorer
{
    private readonly EvaluationPlan _plan;
    private readonly QueryRanking _ranking;
    private readonly StableScorer? _stable;
    private readonly GradedScorer? _graded;
    private readonly AsymmetricReranking? _asymmetric;
    private readonly double[] _averagePrecision;
    private readonly double[] _hitRate;
    private readonly double[] _found;
    private readonly double[] _curveFound;

    public QueryScorer(EvaluationPlan plan)
    {
        _plan = plan;
        _ranking = new QueryRanking(plan);
        _stable = plan.Options.StableOrder ? new StableScorer(plan) : null;
        _graded = plan.MultiLabel ? new GradedScorer(plan) : null;
        _asymmetric = plan.Options.AsymmetricDepth is { } depth ? new AsymmetricReranking(plan, depth) : null;
        _averagePrecision = new double[plan.Cutoffs.Length];
        _hitRate = new double[plan.Cutoffs.Length];
        _found = new double[plan.Cutoffs.Length];
        _curveFound = new double[plan.CurveRanks.Length];
    }

    public QueryMetrics Score(int query, EvaluationTotals totals)
    {
        _ranking.Rank(query);
        TieAveragedPrecision whole =
            TieAverage.AveragePrecision(_ranking.All, _ranking.Relevant, _ranking.All.Length, _plan.Tables.Harmonic);
        AddCutoffs(totals.TieAveraged);
        AddCurves(totals);
        _graded?.Add(_ranking, totals);
        double? stable = _stable?.Add(_ranking, _graded, totals);
        double? asymmetric = _asymmetric?.AveragePrecision(query, _ranking, _stable!.SumBeyondHead);
        return new QueryMetrics(
            query, _ranking.RelevantRows.Length, whole.Expected, whole.Pessimistic, whole.Optimistic, stable, asymmetric);
    }

    private void AddCutoffs(CutoffSums sums)
    {
        int relevant = _ranking.RelevantRows.Length;
        TieAverage.AtCutoffs(
            _ranking.All, _ranking.Relevant, _plan.Cutoffs, _plan.Options.ApDenominator, _plan.Tables, _averagePrecision, _hitRate);
        TieAverage.RelevantWithin(_ranking.All, _ranking.Relevant, _plan.Cutoffs, _found);
        for (int i = 0; i < _found.Length; i++)
        {
            sums.AveragePrecision[i] += _averagePrecision[i];
            sums.HitRate[i] += _hitRate[i];
            sums.Precision[i] += _found[i] / _plan.Cutoffs[i];
            sums.Recall[i] += relevant == 0 ? 0 : _found[i] / relevant;
        }
    }

    private void AddCurves(EvaluationTotals totals)
    {
        int total = _ranking.RelevantRows.Length;
        double perRelevant = total == 0 ? 0 : 1.0 / total;
        TieAverage.RelevantWithin(_ranking.All, _ranking.Relevant, _plan.CurveRanks, _curveFound);
        for (int i = 0; i < _curveFound.Length; i++)
        {
            totals.CurvePrecision[i] += _curveFound[i] / _plan.CurveRanks[i];
            totals.CurveRecall[i] += _curveFound[i] * perRelevant;
        }
        int ball = 0, relevantInBall = 0;
        for (int distance = 0; distance < _ranking.All.Length; distance++)
        {
            int n = _ranking.All[distance], r = _ranking.Relevant[distance];
            ball += n;
            relevantInBall += r;
            totals.LookupPrecision[distance] += ball == 0 ? 0 : (double)relevantInBall / ball;
            totals.LookupRecall[distance] += relevantInBall * perRelevant;
            totals.LookupEmpty[distance] += ball == 0 ? 1 : 0;
            totals.RelevantDistances[distance] += r;
            totals.IrrelevantDistances[distance] += n - r;
        }
        int groups = Math.Min(_plan.Options.Radius, _plan.Bits) + 1;
        totals.RadiusAveragePrecision +=
            TieAverage.AveragePrecision(_ranking.All, _ranking.Relevant, groups, _plan.Tables.Harmonic).Expected;
    }
}
