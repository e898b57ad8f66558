namespace SSAH.MLNet.Evaluation;

/// <summary>
/// Rankings of one database for the same queries, side by side: what was learned beside what was there without learning. Made by
/// <c>mlContext.HashRetrieval.Compare</c>.
/// </summary>
public sealed record RetrievalComparison
{
    internal RetrievalComparison(int queryCount, int databaseCount, int cutoff, IReadOnlyList<ComparedRanking> rankings)
    {
        QueryCount = queryCount;
        DatabaseCount = databaseCount;
        Cutoff = cutoff;
        Rankings = rankings;
    }

    /// <summary>Labeled queries, which the figures are over.</summary>
    public int QueryCount { get; }

    /// <summary>Labeled database rows, which were ranked.</summary>
    public int DatabaseCount { get; }

    /// <summary>The k of precision@k.</summary>
    public int Cutoff { get; }

    /// <summary>The rankings, in the order of <see cref="ComparedMethod"/>.</summary>
    public IReadOnlyList<ComparedRanking> Rankings { get; }

    /// <summary>One sentence that says whether training paid, and what would help.</summary>
    public string Verdict => ComparisonVerdict.Of(this);

    /// <summary>The first ranking of a method, or null.</summary>
    public ComparedRanking? Find(ComparedMethod method) => Rankings.FirstOrDefault(ranking => ranking.Method == method);

    /// <summary>The figures as a table for people, and the verdict.</summary>
    public override string ToString() => ComparisonTable.Write(this);
}
