namespace SSAH.MLNet.Evaluation;

/// <summary>How good a ranking of a database by Hamming distance is, with the conventions by which it was measured. Immutable.</summary>
/// <remarks>
/// Every figure is a mean over the evaluated queries. A figure without a prefix is tie-averaged: the expectation over all orders of
/// the rows at equal distance. "Stable" figures break ties by row number, as sorting code does, and depend on the order of the database.
/// </remarks>
public sealed record HammingRetrievalMetrics
{
    /// <summary>Conventions of these figures, and the protocol.</summary>
    public required RetrievalConventions Conventions { get; init; }

    /// <summary>Code length in bits.</summary>
    public required int Bits { get; init; }

    /// <summary>Queries that the means are over.</summary>
    public required int QueryCount { get; init; }

    /// <summary>Database rows that were ranked.</summary>
    public required int DatabaseCount { get; init; }

    /// <summary>Queries with no label; they cannot be judged and are in no figure.</summary>
    public required int UnlabeledQueries { get; init; }

    /// <summary>Database rows with no label; <see cref="RetrievalConventions.UnlabeledDatabase"/> says whether they were ranked.</summary>
    public required int UnlabeledDatabaseRows { get; init; }

    /// <summary>Queries for which the database holds nothing relevant: they are in every mean, with 0.</summary>
    public required int QueriesWithoutRelevant { get; init; }

    /// <summary>
    /// Queries that may have found themselves, because queries and database are the same codes with the same labels and nothing was left out: their
    /// figures are too good. 0 where the two differ.
    /// </summary>
    public int PossibleSelfMatches { get; init; }

    /// <summary>
    /// What a ranking that knows nothing reaches, expected over all orders: mAP, and precision at any k up to the number of rows. Null in figures of a
    /// version that did not compute it.
    /// </summary>
    public RankingFigures? Chance { get; init; }

    /// <summary>Tie-averaged mAP over the whole ranking: the headline figure, 0 to 1.</summary>
    public required double MeanAveragePrecision { get; init; }

    /// <summary>mAP if each tie were broken worst-first.</summary>
    public required double PessimisticMeanAveragePrecision { get; init; }

    /// <summary>mAP if each tie were broken best-first.</summary>
    public required double OptimisticMeanAveragePrecision { get; init; }

    /// <summary>mAP with ties broken by row number, for comparison with the literature; null when it was not asked for.</summary>
    public double? StableMeanAveragePrecision { get; init; }

    /// <summary>Bootstrap confidence interval of <see cref="MeanAveragePrecision"/> over queries; null when it was not asked for.</summary>
    public ConfidenceInterval? Confidence { get; init; }

    /// <summary>Figures at each cutoff k, ascending.</summary>
    public required IReadOnlyList<CutoffMetrics> Cutoffs { get; init; }

    /// <summary>Figures within the Hamming ball.</summary>
    public required RadiusMetrics WithinRadius { get; init; }

    /// <summary>Weighted average precision of multi-label rows: mean ACG at the relevant places; null for single-label data.</summary>
    public double? WeightedAveragePrecision { get; init; }

    /// <summary><see cref="WeightedAveragePrecision"/> in stable order.</summary>
    public double? StableWeightedAveragePrecision { get; init; }

    /// <summary>Precision and recall by ranking: as k grows.</summary>
    public required IReadOnlyList<RankingCurvePoint> RankingCurve { get; init; }

    /// <summary>Precision and recall by lookup: as the radius grows from 0 to <see cref="Bits"/>.</summary>
    public required IReadOnlyList<LookupCurvePoint> LookupCurve { get; init; }

    /// <summary>mAP of the queries of each class that has any.</summary>
    public required IReadOnlyList<ClassMetrics> Classes { get; init; }

    /// <summary>AP of each evaluated query, in the order of the queries.</summary>
    public required IReadOnlyList<QueryMetrics> Queries { get; init; }

    /// <summary>Pairs of a query and a relevant row, by distance 0 to <see cref="Bits"/>.</summary>
    public required IReadOnlyList<long> RelevantDistances { get; init; }

    /// <summary>Pairs of a query and a row that is not relevant, by distance 0 to <see cref="Bits"/>.</summary>
    public required IReadOnlyList<long> IrrelevantDistances { get; init; }

    /// <summary>What the codes themselves look like; null when it was not asked for.</summary>
    public CodeDiagnostics? Codes { get; init; }

    /// <summary>What a code of nothing but the class would reach; null when it was not asked for, or for multi-label data.</summary>
    public ClassIdLine? ClassId { get; init; }

    /// <summary>The ranking re-ranked by the queries' activations: not a figure of binary codes alone. Null when it was not asked for.</summary>
    public AsymmetricMetrics? Asymmetric { get; init; }

    /// <summary>The figures as JSON, indented, with every field.</summary>
    public string ToJson() => MetricsJson.Write(this);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="SSAH.MLNet.Hashing.DamagedFileException">The text is no such JSON.</exception>
    public static HammingRetrievalMetrics FromJson(string json) => MetricsJson.Read(json);

    /// <summary>The figures as a table for people.</summary>
    public override string ToString() => MetricsTable.Write(this);
}
