namespace SSAH.MLNet.Evaluation;

/// <summary>How good a ranking is over some queries.</summary>
/// <param name="Queries">Number of queries.</param>
/// <param name="MeanAveragePrecision">Tie-averaged mAP over the whole ranking, 0 to 1; NaN without a query.</param>
/// <param name="Precision">Expected precision at the cutoff, 0 to 1; NaN without a query.</param>
public readonly record struct RankingFigures(int Queries, double MeanAveragePrecision, double Precision);

/// <summary>One ranking of a comparison.</summary>
/// <param name="Method">What it goes by.</param>
/// <param name="Name">Its name in the table.</param>
/// <param name="Bits">Code length, null if there is no code.</param>
/// <param name="All">Over all queries.</param>
/// <param name="Seen">Over the queries of classes that had labels in training; null if nobody said which these are.</param>
/// <param name="Unseen">Over the queries of classes without a label in training; null if nobody said which these are.</param>
public sealed record ComparedRanking(ComparedMethod Method, string Name, int? Bits, RankingFigures All, RankingFigures? Seen, RankingFigures? Unseen);
