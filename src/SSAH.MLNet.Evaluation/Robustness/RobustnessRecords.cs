namespace SSAH.MLNet.Evaluation;

/// <summary>How well one view of all queries finds.</summary>
/// <param name="Name">What was done, for example <c>rotated by -30 degrees</c>.</param>
/// <param name="MeanAveragePrecision">Tie-averaged mAP of the queries in this view on the clean database, 0 to 1.</param>
public sealed record ViewRobustness(string Name, double MeanAveragePrecision);

/// <summary>How well the views of one family find.</summary>
/// <param name="Family">The family.</param>
/// <param name="Mean">mAP, mean over the family's views.</param>
/// <param name="WorstView">Mean over the queries of the AP of each one's worst view of the family: at most that of the worst single view.</param>
/// <param name="Views">The family's views, in the order of the options.</param>
public sealed record FamilyRobustness(QueryViewFamily Family, double Mean, double WorstView, IReadOnlyList<ViewRobustness> Views);

/// <summary>How well the queries of one class find.</summary>
/// <param name="Class">Class number.</param>
/// <param name="Name">Class name, or null.</param>
/// <param name="QueryCount">Queries that carry the class.</param>
/// <param name="Clean">mAP of the untouched queries.</param>
/// <param name="Mean">mAP, mean over all views.</param>
/// <param name="WorstView">Mean over the queries of the AP of each one's worst view.</param>
public sealed record ClassRobustness(int Class, string? Name, int QueryCount, double Clean, double Mean, double WorstView);

/// <summary>How well one query finds.</summary>
/// <param name="Row">Row of the query.</param>
/// <param name="Clean">Tie-averaged AP of the untouched query.</param>
/// <param name="Mean">Mean AP of its views.</param>
/// <param name="Worst">AP of its worst view.</param>
/// <param name="Best">AP of its best view.</param>
/// <param name="WorstViewName">What was done in the worst view; the first of several that are equally bad.</param>
public readonly record struct QueryRobustness(int Row, double Clean, double Mean, double Worst, double Best, string WorstViewName);
