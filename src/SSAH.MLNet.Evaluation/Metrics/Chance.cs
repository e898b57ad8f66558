namespace SSAH.MLNet.Evaluation;

/// <summary>What a ranking that knows nothing reaches: the expectation over all orders of the database.</summary>
internal static class Chance
{
    /// <summary>Expected average precision of a random order.</summary>
    /// <remarks>At place i the precision is expected to be (1 + (i - 1)(R - 1)/(N - 1)) / i where the row is relevant, which each place is with R/N.</remarks>
    /// <param name="rows">Rows that are ranked, N.</param>
    /// <param name="relevant">Relevant ones, R.</param>
    public static double AveragePrecision(int rows, int relevant)
    {
        if (relevant == 0)
            return 0;
        double harmonic = 0;
        for (int place = 1; place <= rows; place++)
            harmonic += 1.0 / place;
        return rows == 1 ? 1 : (harmonic + (relevant - 1.0) / (rows - 1) * (rows - harmonic)) / rows;
    }

    /// <summary>The mean over the queries of an evaluation.</summary>
    public static RankingFigures Of(EvaluationPlan plan, QueryMetrics[] queries)
    {
        var known = new Dictionary<(int, int), double>();
        double precision = 0, share = 0;
        foreach (QueryMetrics query in queries)
        {
            int rows = plan.RankedRows.Length - (plan.PlaceOfSelf(query.Row) >= 0 ? 1 : 0);
            if (rows == 0)
                continue;
            if (!known.TryGetValue((rows, query.Relevant), out double expected))
                known[(rows, query.Relevant)] = expected = AveragePrecision(rows, query.Relevant);
            precision += expected;
            share += (double)query.Relevant / rows;
        }
        return new RankingFigures(queries.Length, precision / queries.Length, share / queries.Length);
    }
}
