namespace SSAH.MLNet.Evaluation;

/// <summary>Turns sums over queries into the metrics object.</summary>
internal static class MetricsAssembly
{
    public static HammingRetrievalMetrics Assemble(
        EvaluationPlan plan, LabelSets databaseLabels, QueryMetrics[] queries, EvaluationTotals totals, CancellationToken cancellationToken)
    {
        RetrievalOptions options = plan.Options;
        bool stable = options.StableOrder;
        int count = queries.Length;
        double[] precisions = [.. queries.Select(q => q.AveragePrecision)];
        int radius = Math.Min(options.Radius, plan.Bits);
        return new HammingRetrievalMetrics
        {
            Conventions = ConventionsOf(plan),
            Bits = plan.Bits,
            QueryCount = count,
            DatabaseCount = plan.RankedRows.Length,
            UnlabeledQueries = plan.Queries.Count - count,
            UnlabeledDatabaseRows = Enumerable.Range(0, databaseLabels.Count).Count(row => !databaseLabels.IsLabeled(row)),
            QueriesWithoutRelevant = queries.Count(q => q.Relevant == 0),
            PossibleSelfMatches = AreTheSameRows(plan, databaseLabels) ? count : 0,
            Chance = Chance.Of(plan, queries),
            MeanAveragePrecision = precisions.Average(),
            PessimisticMeanAveragePrecision = queries.Average(q => q.PessimisticAveragePrecision),
            OptimisticMeanAveragePrecision = queries.Average(q => q.OptimisticAveragePrecision),
            StableMeanAveragePrecision = stable ? queries.Average(q => q.StableAveragePrecision!.Value) : null,
            Confidence = options.BootstrapSamples == 0 ? null : Bootstrap.OfMean(precisions, options, cancellationToken),
            Cutoffs = Array.AsReadOnly([.. plan.Cutoffs.Select((_, i) => CutoffOf(plan, totals, i, count))]),
            WithinRadius = new RadiusMetrics(options.Radius, totals.LookupPrecision[radius] / count, totals.LookupRecall[radius] / count,
                totals.RadiusAveragePrecision / count, totals.LookupEmpty[radius] / count),
            WeightedAveragePrecision = plan.MultiLabel ? totals.WeightedAveragePrecision / count : null,
            StableWeightedAveragePrecision = plan.MultiLabel && stable ? totals.StableWeightedAveragePrecision / count : null,
            RankingCurve = Array.AsReadOnly([.. plan.CurveRanks.Select((k, i) =>
                new RankingCurvePoint(k, totals.CurvePrecision[i] / count, totals.CurveRecall[i] / count))]),
            LookupCurve = Array.AsReadOnly([.. Enumerable.Range(0, plan.Bits + 1).Select(r => new LookupCurvePoint(
                r, totals.LookupPrecision[r] / count, totals.LookupRecall[r] / count, totals.LookupEmpty[r] / count))]),
            Classes = Array.AsReadOnly(ClassesOf(plan.QueryLabels, queries)),
            Queries = Array.AsReadOnly(queries),
            RelevantDistances = Array.AsReadOnly(totals.RelevantDistances),
            IrrelevantDistances = Array.AsReadOnly(totals.IrrelevantDistances),
            Codes = options.Diagnostics ? CodeStatistics.Of(plan, cancellationToken) : null,
            ClassId = options.Diagnostics && !plan.MultiLabel ? ClassIdCode.Evaluate(plan, databaseLabels, cancellationToken) : null,
            Asymmetric = options.AsymmetricDepth is { } depth
                ? new AsymmetricMetrics(depth, queries.Average(q => q.AsymmetricAveragePrecision!.Value)) : null,
        };
    }

    // One view given twice: each query is at distance 0 of itself, which says nothing of the codes.
    private static bool AreTheSameRows(EvaluationPlan plan, LabelSets databaseLabels) =>
        !plan.Options.ExcludeSameRow && plan.Options.SelfRows is null && plan.Queries.Words.SequenceEqual(plan.Database.Words)
        && Enumerable.Range(0, plan.Queries.Count).All(row => plan.QueryLabels.IsLabeled(row) == databaseLabels.IsLabeled(row)
            && (!databaseLabels.IsLabeled(row) || plan.QueryLabels.Shares(row, databaseLabels, row)));

    private static RetrievalConventions ConventionsOf(EvaluationPlan plan) => new(
        plan.Options.Protocol,
        "expectation over all orders of rows at equal Hamming distance (closed form), with the worst and best order as bracket",
        "ascending distance, then row number",
        plan.Options.ApDenominator,
        plan.Options.UnlabeledDatabase,
        plan.EvaluatedQueries.Count(query => plan.PlaceOfSelf(query) >= 0),
        plan.MultiLabel ? "at least one shared class" : "same class");

    private static CutoffMetrics CutoffOf(EvaluationPlan plan, EvaluationTotals totals, int i, int count)
    {
        CutoffSums tie = totals.TieAveraged, stable = totals.Stable;
        bool multi = plan.MultiLabel, ordered = plan.Options.StableOrder;
        return new CutoffMetrics
        {
            K = plan.Cutoffs[i],
            MeanAveragePrecision = tie.AveragePrecision[i] / count,
            Precision = tie.Precision[i] / count,
            Recall = tie.Recall[i] / count,
            HitRate = tie.HitRate[i] / count,
            Ndcg = multi ? tie.Ndcg[i] / count : null,
            Acg = multi ? tie.Acg[i] / count : null,
            StableMeanAveragePrecision = ordered ? stable.AveragePrecision[i] / count : null,
            StablePrecision = ordered ? stable.Precision[i] / count : null,
            StableRecall = ordered ? stable.Recall[i] / count : null,
            StableHitRate = ordered ? stable.HitRate[i] / count : null,
            StableNdcg = multi && ordered ? stable.Ndcg[i] / count : null,
            StableAcg = multi && ordered ? stable.Acg[i] / count : null,
        };
    }

    private static ClassMetrics[] ClassesOf(LabelSets labels, QueryMetrics[] queries)
    {
        var sums = new (int Count, double Precision, double Stable)[labels.ClassCount];
        foreach (QueryMetrics query in queries)
        {
            foreach (int label in RelevanceIndex.LabelsOf(labels, query.Row))
            {
                sums[label].Count++;
                sums[label].Precision += query.AveragePrecision;
                sums[label].Stable += query.StableAveragePrecision ?? 0;
            }
        }
        bool stable = queries[0].StableAveragePrecision is not null;
        return [.. sums.Select((sum, label) => new ClassMetrics(
            label, labels.Names?[label], sum.Count, sum.Precision / sum.Count, stable ? sum.Stable / sum.Count : null)).Where(c => c.QueryCount > 0)];
    }
}
