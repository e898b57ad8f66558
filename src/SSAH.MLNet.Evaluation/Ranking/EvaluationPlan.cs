namespace SSAH.MLNet.Evaluation;

/// <summary>What all threads of an evaluation share: the ranked rows, laid out for distances, and who is relevant to whom. Immutable.</summary>
internal sealed class EvaluationPlan
{
    private readonly int[] _placeOfRow;

    public EvaluationPlan(BinaryCodes queries, LabelSets queryLabels, BinaryCodes database, LabelSets databaseLabels, RetrievalOptions options)
    {
        Options = options;
        Queries = queries;
        QueryLabels = queryLabels;
        Database = database;
        MultiLabel = queryLabels.IsMultiLabel || databaseLabels.IsMultiLabel;
        EvaluatedQueries = [.. Enumerable.Range(0, queries.Count).Where(queryLabels.IsLabeled)];
        bool all = options.UnlabeledDatabase == UnlabeledRows.CountAsIrrelevant;
        RankedRows = [.. Enumerable.Range(0, database.Count).Where(row => all || databaseLabels.IsLabeled(row))];
        if (EvaluatedQueries.Length == 0 || RankedRows.Length == 0)
            throw new ArgumentException($"There is nothing to evaluate: {EvaluatedQueries.Length} labeled queries of {queries.Count}, "
                + $"{RankedRows.Length} database rows to rank of {database.Count}. Are the labels missing?");
        ThrowIfTooManyLabels();
        _placeOfRow = new int[database.Count];
        Array.Fill(_placeOfRow, -1);
        for (int place = 0; place < RankedRows.Length; place++)
            _placeOfRow[RankedRows[place]] = place;
        Planes = new CodePlanes(database, RankedRows);
        Relevance = new RelevanceIndex(databaseLabels, RankedRows);
        Tables = new RankTables(RankedRows.Length);
        Cutoffs = [.. options.Cutoffs.Distinct().Order()];
        CurveRanks = GeometricRanks(RankedRows.Length);
    }

    public RetrievalOptions Options { get; }

    public BinaryCodes Queries { get; }

    public LabelSets QueryLabels { get; }

    public BinaryCodes Database { get; }

    public bool MultiLabel { get; }

    /// <summary>Rows of the labeled queries.</summary>
    public int[] EvaluatedQueries { get; }

    /// <summary>Database rows that take part in the rankings. A "place" is an index into this list.</summary>
    public int[] RankedRows { get; }

    public CodePlanes Planes { get; }

    public RelevanceIndex Relevance { get; }

    public RankTables Tables { get; }

    /// <summary>Distinct cutoffs, ascending.</summary>
    public int[] Cutoffs { get; }

    /// <summary>Ranks of the curve by ranking, ascending, up to the number of ranked rows.</summary>
    public int[] CurveRanks { get; }

    public int Bits => Database.Bits;

    /// <summary>Place of the row that is the query itself, or -1.</summary>
    public int PlaceOfSelf(int query) => Options.SelfOf(query) is >= 0 and var row ? _placeOfRow[row] : -1;

    public EvaluationTotals NewTotals() => new(Cutoffs.Length, CurveRanks.Length, Bits);

    /// <summary>1 to 10 one by one, then 15 % further each time: about 70 points up to 50,000.</summary>
    private static int[] GeometricRanks(int last)
    {
        var ranks = new List<int>();
        for (int rank = 1; rank < last; rank = Math.Max(rank + 1, (int)Math.Min(rank * 1.15, last)))
            ranks.Add(rank);
        ranks.Add(last);
        return [.. ranks];
    }

    private void ThrowIfTooManyLabels()
    {
        if (!MultiLabel || QueryLabels.ClassCount <= byte.MaxValue)
            return;
        foreach (int query in EvaluatedQueries)
            if (RelevanceIndex.LabelsOf(QueryLabels, query).Count() is > byte.MaxValue and var count)
                throw new ArgumentException($"Query {query} has {count} labels; the graded figures count up to {byte.MaxValue} shared classes.");
    }
}
