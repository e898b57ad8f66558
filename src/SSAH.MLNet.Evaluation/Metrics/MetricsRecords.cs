namespace SSAH.MLNet.Evaluation;

/// <summary>The conventions behind the figures, in words for the report.</summary>
/// <param name="Protocol">Name of the protocol or split, or null.</param>
/// <param name="Ties">How ties of the headline figure are treated.</param>
/// <param name="StableTies">How ties of the stable figures are broken.</param>
/// <param name="ApDenominator">What divides the sum of precisions in AP@k.</param>
/// <param name="UnlabeledDatabase">What was done with unlabeled database rows.</param>
/// <param name="SelfMatches">How many queries had their own database row left out of their ranking.</param>
/// <param name="Relevance">When a row is relevant.</param>
public sealed record RetrievalConventions(
    string? Protocol, string Ties, string StableTies, ApDenominator ApDenominator, UnlabeledRows UnlabeledDatabase, int SelfMatches,
    string Relevance);

/// <summary>A bootstrap confidence interval over queries (percentile method).</summary>
/// <param name="Lower">Lower end.</param>
/// <param name="Upper">Upper end.</param>
/// <param name="Level">Confidence level, 0 to 1.</param>
/// <param name="Samples">Resamples that were drawn.</param>
/// <param name="Seed">Seed of the draw.</param>
public sealed record ConfidenceInterval(double Lower, double Upper, double Level, int Samples, int Seed);

/// <summary>Figures over the first k places of the ranking.</summary>
public sealed record CutoffMetrics
{
    /// <summary>Number of places.</summary>
    public required int K { get; init; }

    /// <summary>Tie-averaged mAP@k; its denominator is <see cref="RetrievalConventions.ApDenominator"/>.</summary>
    public required double MeanAveragePrecision { get; init; }

    /// <summary>Expected share of relevant rows among k places; places beyond the database count as misses.</summary>
    public required double Precision { get; init; }

    /// <summary>Expected share of the relevant rows that are among k places.</summary>
    public required double Recall { get; init; }

    /// <summary>Probability that at least one relevant row is among k places.</summary>
    public required double HitRate { get; init; }

    /// <summary>Expected NDCG@k with gain 2^shared - 1 and discount 1/log2(place + 1); null for single-label data.</summary>
    public double? Ndcg { get; init; }

    /// <summary>Expected ACG@k: mean number of shared classes over k places; null for single-label data.</summary>
    public double? Acg { get; init; }

    /// <summary>mAP@k in stable order.</summary>
    public double? StableMeanAveragePrecision { get; init; }

    /// <summary>Precision@k in stable order.</summary>
    public double? StablePrecision { get; init; }

    /// <summary>Recall@k in stable order.</summary>
    public double? StableRecall { get; init; }

    /// <summary>Hit-rate@k in stable order.</summary>
    public double? StableHitRate { get; init; }

    /// <summary>NDCG@k in stable order; null for single-label data.</summary>
    public double? StableNdcg { get; init; }

    /// <summary>ACG@k in stable order; null for single-label data.</summary>
    public double? StableAcg { get; init; }
}

/// <summary>Figures over the rows within a Hamming radius of the query (lookup).</summary>
/// <param name="Radius">Radius in bits.</param>
/// <param name="Precision">Share of relevant rows in the ball; an empty ball counts 0.</param>
/// <param name="Recall">Share of the relevant rows that are in the ball.</param>
/// <param name="MeanAveragePrecision">Tie-averaged AP of the ball's rows over its relevant rows; a ball with none counts 0.</param>
/// <param name="EmptyBallRate">Share of queries with no row at all in the ball.</param>
public sealed record RadiusMetrics(int Radius, double Precision, double Recall, double MeanAveragePrecision, double EmptyBallRate);

/// <summary>A point of the precision-recall curve by ranking (tie-averaged).</summary>
/// <param name="K">Places.</param>
/// <param name="Precision">Mean precision over queries.</param>
/// <param name="Recall">Mean recall over queries.</param>
public sealed record RankingCurvePoint(int K, double Precision, double Recall);

/// <summary>A point of the precision-recall curve by lookup.</summary>
/// <param name="Radius">Radius in bits.</param>
/// <param name="Precision">Mean precision over queries; an empty ball counts 0.</param>
/// <param name="Recall">Mean recall over queries.</param>
/// <param name="EmptyBallRate">Share of queries whose ball is empty.</param>
public sealed record LookupCurvePoint(int Radius, double Precision, double Recall, double EmptyBallRate);

/// <summary>Figures over the queries of one class.</summary>
/// <param name="Class">Class number.</param>
/// <param name="Name">Class name, or null.</param>
/// <param name="QueryCount">Evaluated queries that carry the class.</param>
/// <param name="MeanAveragePrecision">Their tie-averaged mAP.</param>
/// <param name="StableMeanAveragePrecision">Their mAP in stable order, or null.</param>
public sealed record ClassMetrics(int Class, string? Name, int QueryCount, double MeanAveragePrecision, double? StableMeanAveragePrecision);

/// <summary>Figures of one query.</summary>
/// <param name="Row">Row of the query.</param>
/// <param name="Relevant">Relevant rows in the ranking.</param>
/// <param name="AveragePrecision">Tie-averaged AP.</param>
/// <param name="PessimisticAveragePrecision">AP with ties broken worst-first.</param>
/// <param name="OptimisticAveragePrecision">AP with ties broken best-first.</param>
/// <param name="StableAveragePrecision">AP with ties broken by row number, or null.</param>
/// <param name="AsymmetricAveragePrecision">AP after re-ranking by the query's activations, or null.</param>
public readonly record struct QueryMetrics(
    int Row, int Relevant, double AveragePrecision, double PessimisticAveragePrecision, double OptimisticAveragePrecision,
    double? StableAveragePrecision, double? AsymmetricAveragePrecision);

/// <summary>What the database's codes look like.</summary>
/// <param name="BitMeans">Share of ones of each bit; 0.5 is balanced.</param>
/// <param name="MeanBitEntropy">Mean entropy of a bit, 0 to 1.</param>
/// <param name="CodeEntropy">Entropy of the distribution over distinct codes, in bits; at most log2 of the rows.</param>
/// <param name="MaxBitCorrelation">Largest |correlation| of two bits; a constant bit correlates with none.</param>
/// <param name="MeanBitCorrelation">Mean |correlation| over pairs of bits.</param>
/// <param name="DistinctCodes">Number of distinct codes.</param>
/// <param name="BiggestBucket">Rows that share the most frequent code.</param>
/// <param name="NearZeroActivationShare">
/// Share of the given activations with |u| below 0.1: bits that may flip between runtimes. Null without activations.
/// </param>
public sealed record CodeDiagnostics(
    IReadOnlyList<double> BitMeans, double MeanBitEntropy, double CodeEntropy, double MaxBitCorrelation, double MeanBitCorrelation,
    int DistinctCodes, int BiggestBucket, double? NearZeroActivationShare);

/// <summary>The tie-averaged mAP that a code of the predicted class alone would reach: what classification, without any ranking, explains.</summary>
/// <param name="MeanAveragePrecision">mAP of that code.</param>
/// <param name="QueryAccuracy">Share of queries whose predicted class is right.</param>
/// <param name="DatabaseAccuracy">Share of ranked, labeled database rows whose predicted class is right.</param>
/// <param name="Source">Where the predictions come from.</param>
public sealed record ClassIdLine(double MeanAveragePrecision, double QueryAccuracy, double DatabaseAccuracy, string Source);

/// <summary>The stable order, its head re-ranked by the inner product of the query's activations with the codes as -1 and 1.</summary>
/// <param name="Depth">Rows of the head that were re-ranked.</param>
/// <param name="MeanAveragePrecision">mAP over the whole ranking after re-ranking; equal products keep the row order.</param>
public sealed record AsymmetricMetrics(int Depth, double MeanAveragePrecision);
