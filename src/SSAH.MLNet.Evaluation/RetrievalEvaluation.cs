namespace SSAH.MLNet.Evaluation;

/// <summary>Measures how well Hamming distance between binary codes ranks a database for a set of queries.</summary>
/// <remarks>
/// A row is relevant to a query when they share a class. Distances are small integers, so a ranking is a histogram: nothing is sorted, memory is
/// O(database rows) a thread, and ties, of which Hamming distance has many, are averaged exactly (<see cref="HammingRetrievalMetrics"/>).
/// </remarks>
public static class RetrievalEvaluation
{
    /// <summary>Queries that are added up as one; fixed, so that sums do not depend on the threads.</summary>
    private const int QueriesPerBlock = 32;

    /// <summary>Evaluates the ranking of <paramref name="database"/> for each of <paramref name="queries"/>.</summary>
    /// <param name="queries">Codes of the queries.</param>
    /// <param name="queryLabels">Labels of the queries; unlabeled ones are counted and left out.</param>
    /// <param name="database">Codes of the database, as long as those of the queries.</param>
    /// <param name="databaseLabels">Labels of the database; class numbers mean the same as in <paramref name="queryLabels"/>.</param>
    /// <param name="options">What to compute and by which conventions; null is the headline set.</param>
    /// <param name="cancellationToken">Stops the evaluation.</param>
    /// <exception cref="ArgumentException">The inputs do not fit one another, nothing is labeled, or the options do not fit.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static HammingRetrievalMetrics Evaluate(
        BinaryCodes queries, LabelSets queryLabels, BinaryCodes database, LabelSets databaseLabels, RetrievalOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(queryLabels);
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(databaseLabels);
        options ??= new RetrievalOptions();
        ThrowIfMismatched(queries, queryLabels, database, databaseLabels);
        options.Validate(queries.Bits, queries.Count, database.Count);
        var plan = new EvaluationPlan(queries, queryLabels, database, databaseLabels, options);
        var perQuery = new QueryMetrics[plan.EvaluatedQueries.Length];
        EvaluationTotals totals = Score(plan, perQuery, cancellationToken);
        return MetricsAssembly.Assemble(plan, databaseLabels, perQuery, totals, cancellationToken);
    }

    private static EvaluationTotals Score(EvaluationPlan plan, QueryMetrics[] perQuery, CancellationToken cancellationToken)
    {
        int blocks = (perQuery.Length + QueriesPerBlock - 1) / QueriesPerBlock;
        int threads = Math.Min(plan.Options.Threads == 0 ? Environment.ProcessorCount : plan.Options.Threads, blocks);
        var sums = new EvaluationTotals[blocks];
        int next = -1, done = 0;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
        // One loop per thread, so that scratch is made once per thread; the blocks are taken as they come.
        Parallel.For(0, threads, parallel, _ =>
        {
            var scorer = new QueryScorer(plan);
            for (int block = Interlocked.Increment(ref next); block < blocks; block = Interlocked.Increment(ref next))
            {
                cancellationToken.ThrowIfCancellationRequested();
                sums[block] = plan.NewTotals();
                int end = Math.Min((block + 1) * QueriesPerBlock, perQuery.Length);
                for (int i = block * QueriesPerBlock; i < end; i++)
                    perQuery[i] = scorer.Score(plan.EvaluatedQueries[i], sums[block]);
                plan.Options.Progress?.Report((double)Interlocked.Increment(ref done) / blocks);
            }
        });
        for (int block = 1; block < blocks; block++)
            sums[0].Add(sums[block]);
        return sums[0];
    }

    internal static void ThrowIfMismatched(BinaryCodes queries, LabelSets queryLabels, BinaryCodes database, LabelSets databaseLabels)
    {
        if (queries.Bits != database.Bits)
            throw new ArgumentException(
                $"The queries have {queries.Bits}-bit codes, the database {database.Bits}-bit codes: encode both with the same model.", nameof(database));
        if (queries.ModelId is { } mine && database.ModelId is { } theirs && mine != theirs)
            throw new ArgumentException($"The queries have codes of model '{mine}', the database codes of model '{theirs}'. Codes of different models "
                + "cannot be compared: encode both with the same model.", nameof(database));
        if (queries.Count != queryLabels.Count)
            throw new ArgumentException($"There are {queries.Count} queries but labels for {queryLabels.Count}: give one row of labels per query.",
                nameof(queryLabels));
        if (database.Count != databaseLabels.Count)
            throw new ArgumentException($"There are {database.Count} database rows but labels for {databaseLabels.Count}: give one row of labels per "
                + "database row.", nameof(databaseLabels));
        if (queryLabels.Names is not { } left || databaseLabels.Names is not { } right)
            return;
        for (int label = 0; label < Math.Min(left.Count, right.Count); label++)
            if (left[label] != right[label])
                throw new ArgumentException($"Class {label} is '{left[label]}' in the queries and '{right[label]}' in the database: "
                    + "give both the same class numbers.", nameof(databaseLabels));
    }
}
