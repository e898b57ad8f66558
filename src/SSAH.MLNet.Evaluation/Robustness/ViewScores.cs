namespace SSAH.MLNet.Evaluation;

/// <summary>What was done in a view.</summary>
internal readonly record struct ViewTitle(QueryViewFamily Family, string Name);

/// <summary>The AP of each query as it is and in each view, and what they add up to.</summary>
/// <param name="views">The views.</param>
/// <param name="labels">Labels of the queries, for the classes.</param>
/// <param name="rows">Row of each query in the data.</param>
/// <param name="scores">For each query its AP as it is, then in each view.</param>
internal sealed class ViewScores(IReadOnlyList<ViewTitle> views, LabelSets labels, IReadOnlyList<int> rows, double[] scores)
{
    private readonly int _stride = views.Count + 1;

    /// <summary>Ranks the database for each query in each view. The views are queries like any others, so a view's AP is what Evaluate says of it.</summary>
    /// <param name="views">The views.</param>
    /// <param name="codes">For each query its code as it is, then of each view.</param>
    /// <param name="labels">Labels of the queries.</param>
    /// <param name="rows">Row of each query in the data.</param>
    /// <param name="database">Codes of the database.</param>
    /// <param name="databaseLabels">Labels of the database.</param>
    /// <param name="options">Conventions; figures beside the AP are not computed.</param>
    /// <param name="cancellationToken">Stops the ranking.</param>
    public static RobustnessMetrics Evaluate(
        IReadOnlyList<ViewTitle> views, BinaryCodes codes, LabelSets labels, IReadOnlyList<int> rows, BinaryCodes database, LabelSets databaseLabels,
        RetrievalOptions options, CancellationToken cancellationToken)
    {
        int stride = views.Count + 1;
        int[] queryOf = [.. Enumerable.Range(0, codes.Count).Select(row => row / stride)];
        RetrievalOptions lean = options with
        {
            Cutoffs = [], StableOrder = false, Diagnostics = false, BootstrapSamples = 0, ExcludeSameRow = false,
            SelfRows = options.ExcludeSameRow ? [.. queryOf.Select(query => rows[query])] : null,
        };
        HammingRetrievalMetrics stacked =
            RetrievalEvaluation.Evaluate(codes, labels.Take(queryOf), database, databaseLabels, lean, cancellationToken);
        var scores = new ViewScores(views, labels, rows, [.. stacked.Queries.Select(query => query.AveragePrecision)]);
        return scores.ToMetrics(stacked);
    }

    /// <summary>Sums up.</summary>
    /// <param name="stacked">The evaluation that the scores come from, for its counts.</param>
    public RobustnessMetrics ToMetrics(HammingRetrievalMetrics stacked)
    {
        int[] all = [.. Enumerable.Range(0, views.Count)];
        QueryRobustness[] queries = [.. Enumerable.Range(0, rows.Count).Select(query => OfQuery(query, all))];
        return new RobustnessMetrics
        {
            Bits = stacked.Bits,
            QueryCount = rows.Count,
            DatabaseCount = stacked.DatabaseCount,
            ViewCount = views.Count,
            UnlabeledQueries = 0,
            QueriesWithoutRelevant = stacked.QueriesWithoutRelevant / _stride,
            Clean = queries.Average(query => query.Clean),
            Mean = queries.Average(query => query.Mean),
            WorstView = queries.Average(query => query.Worst),
            Families = Array.AsReadOnly([.. all.GroupBy(view => views[view].Family).Select(group => OfFamily(group.Key, [.. group]))]),
            Classes = Array.AsReadOnly(OfClasses(queries)),
            Queries = Array.AsReadOnly(queries),
        };
    }

    private double ScoreOf(int query, int view) => scores[query * _stride + 1 + view];

    private QueryRobustness OfQuery(int query, int[] which)
    {
        int worst = which.MinBy(view => ScoreOf(query, view));
        return new QueryRobustness(rows[query], scores[query * _stride], which.Average(view => ScoreOf(query, view)), ScoreOf(query, worst),
            which.Max(view => ScoreOf(query, view)), views[worst].Name);
    }

    private FamilyRobustness OfFamily(QueryViewFamily family, int[] which)
    {
        IEnumerable<int> queries = Enumerable.Range(0, rows.Count);
        ViewRobustness[] each = [.. which.Select(view => new ViewRobustness(views[view].Name, queries.Average(query => ScoreOf(query, view))))];
        return new FamilyRobustness(family, each.Average(view => view.MeanAveragePrecision),
            queries.Average(query => which.Min(view => ScoreOf(query, view))), Array.AsReadOnly(each));
    }

    private ClassRobustness[] OfClasses(QueryRobustness[] queries) =>
    [
        .. Enumerable.Range(0, queries.Length)
            .SelectMany(query => RelevanceIndex.LabelsOf(labels, query).Select(label => (Label: label, Query: queries[query])))
            .GroupBy(pair => pair.Label, pair => pair.Query).OrderBy(group => group.Key)
            .Select(group => new ClassRobustness(group.Key, labels.Names?[group.Key], group.Count(), group.Average(query => query.Clean),
                group.Average(query => query.Mean), group.Average(query => query.Worst))),
    ];
}
