using System.Globalization;

namespace SSAH.MLNet.Evaluation;

/// <summary>What divides the sum of precisions in AP@k. Public code uses all three, so the report names the one that was used.</summary>
public enum ApDenominator
{
    /// <summary>Relevant rows found within the first k: what most published hashing code does.</summary>
    RelevantInTopK,

    /// <summary>The smaller of k and the number of relevant rows: 1 is reachable, and missing a relevant row costs.</summary>
    MinOfRelevantAndK,

    /// <summary>All relevant rows of the database: the textbook definition; below 1 where there are more than k.</summary>
    Relevant,
}

/// <summary>What an unlabeled database row means for the ranking.</summary>
public enum UnlabeledRows
{
    /// <summary>It is left out of the ranking and counted: nobody knows whether it is relevant.</summary>
    Exclude,

    /// <summary>It is ranked as a row that is relevant to no query.</summary>
    CountAsIrrelevant,
}

/// <summary>What a retrieval evaluation computes, and by which conventions. The defaults give the headline set.</summary>
public sealed record RetrievalOptions
{
    /// <summary>The k of precision@k, recall@k, hit-rate@k, mAP@k and NDCG@k; each 1 or more, in any order. Default 1, 10, 100, 1000.</summary>
    public IReadOnlyList<int> Cutoffs { get; init; } = [1, 10, 100, 1000];

    /// <summary>Denominator of AP@k. Default <see cref="ApDenominator.RelevantInTopK"/>.</summary>
    public ApDenominator ApDenominator { get; init; } = ApDenominator.RelevantInTopK;

    /// <summary>Radius of the Hamming ball of the lookup figures, in bits, 0 or more. Default 2.</summary>
    public int Radius { get; init; } = 2;

    /// <summary>Whether to compute the stable-order figures too (ascending distance, then row number). Doubles the time. Default true.</summary>
    public bool StableOrder { get; init; } = true;

    /// <summary>What an unlabeled database row means. Default <see cref="UnlabeledRows.Exclude"/>.</summary>
    public UnlabeledRows UnlabeledDatabase { get; init; } = UnlabeledRows.Exclude;

    /// <summary>Whether query i is database row i, which is then left out of its own ranking. Default false.</summary>
    public bool ExcludeSameRow { get; init; }

    /// <summary>
    /// For each query the database row that is the query itself and is left out of its ranking; -1 for none.
    /// Default null: no query is in the database.
    /// </summary>
    public IReadOnlyList<int>? SelfRows { get; init; }

    /// <summary>Whether to compute the diagnostics of the database's codes and the class-id line. Default true.</summary>
    public bool Diagnostics { get; init; } = true;

    /// <summary>A classifier's class for each query, for the class-id line; -1 for none. Default null: the nearest class center.</summary>
    public IReadOnlyList<int>? PredictedQueryClasses { get; init; }

    /// <summary>A classifier's class for each database row, for the class-id line; given together with <see cref="PredictedQueryClasses"/>.</summary>
    public IReadOnlyList<int>? PredictedDatabaseClasses { get; init; }

    /// <summary>Activations of the queries, rows of <c>bits</c> values. Empty by default; needed by <see cref="AsymmetricDepth"/>.</summary>
    public ReadOnlyMemory<float> QueryActivations { get; init; }

    /// <summary>Activations of the database, rows of <c>bits</c> values, for the share near zero in the diagnostics. Empty by default.</summary>
    public ReadOnlyMemory<float> DatabaseActivations { get; init; }

    /// <summary>
    /// How many rows at the head of each stable-order ranking are re-ranked by the inner product of the query's activations with the codes,
    /// 1 or more; it is reported as a figure of its own. Default null: no re-ranking. Needs <see cref="StableOrder"/>.
    /// </summary>
    public int? AsymmetricDepth { get; init; }

    /// <summary>Resamples of the queries for the confidence interval of the mAP; 0 for none. Default 1,000.</summary>
    public int BootstrapSamples { get; init; } = 1000;

    /// <summary>Level of the confidence interval, above 0 and below 1. Default 0.95.</summary>
    public double ConfidenceLevel { get; init; } = 0.95;

    /// <summary>Seed of the bootstrap. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Threads; 0 is one per processor. The figures do not depend on it. Default 0.</summary>
    public int Threads { get; init; }

    /// <summary>Name of the protocol or split, printed in the report. Default null.</summary>
    public string? Protocol { get; init; }

    /// <summary>Receives the share of queries that are done, 0 to 1, from any thread. Default null.</summary>
    public IProgress<double>? Progress { get; init; }

    /// <summary>Activations that were counted while they were read, and not kept.</summary>
    internal NearZeroCount NearZero { get; init; }

    /// <summary>Reports everything that is wrong with these options for this data, in one exception.</summary>
    internal void Validate(int bits, int queries, int database)
    {
        var errors = new List<string>();
        void Check(bool good, string error)
        {
            if (!good)
                errors.Add(error);
        }
        Check(Cutoffs is not null && Cutoffs.All(k => k >= 1), $"{nameof(Cutoffs)}: each k must be 1 or more.");
        Check(Enum.IsDefined(ApDenominator), $"{nameof(ApDenominator)}: {ApDenominator} is not one of its values.");
        Check(Enum.IsDefined(UnlabeledDatabase), $"{nameof(UnlabeledDatabase)}: {UnlabeledDatabase} is not one of its values.");
        Check(Radius >= 0, $"{nameof(Radius)}: {Radius} is negative.");
        Check(BootstrapSamples >= 0, $"{nameof(BootstrapSamples)}: {BootstrapSamples} is negative.");
        Check(ConfidenceLevel is > 0 and < 1,
            string.Create(CultureInfo.InvariantCulture, $"{nameof(ConfidenceLevel)}: {ConfidenceLevel} is not between 0 and 1."));
        Check(Threads >= 0, $"{nameof(Threads)}: {Threads} is negative; 0 is one per processor.");
        Check(!ExcludeSameRow || SelfRows is null, $"{nameof(ExcludeSameRow)} and {nameof(SelfRows)} exclude each other: set one of them.");
        Check(!ExcludeSameRow || queries <= database, $"{nameof(ExcludeSameRow)}: {queries} queries cannot be among {database} rows.");
        Check(SelfRows is null || SelfRows.Count == queries, $"{nameof(SelfRows)}: {SelfRows?.Count} entries for {queries} queries.");
        Check(SelfRows is null || SelfRows.All(row => row >= -1 && row < database), $"{nameof(SelfRows)}: each must be -1 or a row below {database}.");
        Check(PredictedQueryClasses is null == PredictedDatabaseClasses is null,
            $"{nameof(PredictedQueryClasses)} and {nameof(PredictedDatabaseClasses)} must be given together.");
        Check(PredictedQueryClasses is null || PredictedQueryClasses.Count == queries,
            $"{nameof(PredictedQueryClasses)}: {PredictedQueryClasses?.Count} entries for {queries} queries.");
        Check(PredictedDatabaseClasses is null || PredictedDatabaseClasses.Count == database,
            $"{nameof(PredictedDatabaseClasses)}: {PredictedDatabaseClasses?.Count} entries for {database} database rows.");
        Check(QueryActivations.IsEmpty || QueryActivations.Length == (long)queries * bits,
            $"{nameof(QueryActivations)}: {QueryActivations.Length} values for {queries} queries of {bits} bits.");
        Check(DatabaseActivations.IsEmpty || DatabaseActivations.Length == (long)database * bits,
            $"{nameof(DatabaseActivations)}: {DatabaseActivations.Length} values for {database} rows of {bits} bits.");
        Check(AsymmetricDepth is null or >= 1, $"{nameof(AsymmetricDepth)}: {AsymmetricDepth} is below 1.");
        Check(AsymmetricDepth is null || !QueryActivations.IsEmpty, $"{nameof(AsymmetricDepth)} needs {nameof(QueryActivations)}.");
        Check(AsymmetricDepth is null || StableOrder, $"{nameof(AsymmetricDepth)} re-ranks the stable order: set {nameof(StableOrder)}.");
        if (errors.Count > 0)
            throw new ArgumentException("These retrieval options do not fit: " + string.Join(' ', errors));
    }

    internal ParallelOptions ParallelOptions(CancellationToken cancellationToken) => new()
    {
        MaxDegreeOfParallelism = Threads == 0 ? Environment.ProcessorCount : Threads, CancellationToken = cancellationToken,
    };

    /// <summary>The database row that query <paramref name="query"/> is, or -1.</summary>
    internal int SelfOf(int query) => ExcludeSameRow ? query : SelfRows?[query] ?? -1;
}
