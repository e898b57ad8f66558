namespace SSAH.MLNet.Evaluation;

/// <summary>How much retrieval loses when the queries are turned, covered, scaled, cropped, brightened, blurred or recompressed.</summary>
/// <remarks>
/// Each AP is tie-averaged, as that of <see cref="HammingRetrievalMetrics"/>, of one view of one query on the database as it is. The worst view is
/// chosen for each query by itself, so <see cref="WorstView"/> is what a user meets who is unlucky each time: at most <see cref="Mean"/>.
/// </remarks>
public sealed record RobustnessMetrics
{
    /// <summary>Code length in bits.</summary>
    public required int Bits { get; init; }

    /// <summary>Number of queries, each of which was searched once as it is and once in each view.</summary>
    public required int QueryCount { get; init; }

    /// <summary>Number of database rows that were ranked.</summary>
    public required int DatabaseCount { get; init; }

    /// <summary>Number of views of each query.</summary>
    public required int ViewCount { get; init; }

    /// <summary>Queries without a label, which were left out.</summary>
    public required int UnlabeledQueries { get; init; }

    /// <summary>Queries with nothing relevant in the database; their AP is 0 in every view.</summary>
    public required int QueriesWithoutRelevant { get; init; }

    /// <summary>Tie-averaged mAP of the untouched queries: the figure of <see cref="HammingRetrievalMetrics.MeanAveragePrecision"/>.</summary>
    public required double Clean { get; init; }

    /// <summary>mAP, mean over all views.</summary>
    public required double Mean { get; init; }

    /// <summary>Mean over the queries of the AP of each one's worst view.</summary>
    public required double WorstView { get; init; }

    /// <summary>The same for each family of views, in the order of their first views.</summary>
    public required IReadOnlyList<FamilyRobustness> Families { get; init; }

    /// <summary>The same for the queries of each class that has any, by class number.</summary>
    public required IReadOnlyList<ClassRobustness> Classes { get; init; }

    /// <summary>The class with the lowest <see cref="ClassRobustness.WorstView"/>; the first of several that are equally bad.</summary>
    public ClassRobustness WorstClass => Classes.MinBy(each => each.WorstView)!;

    /// <summary>The queries, by row.</summary>
    public required IReadOnlyList<QueryRobustness> Queries { get; init; }

    /// <summary>The figures as a table of text.</summary>
    public override string ToString() => RobustnessTable.Write(this);
}
