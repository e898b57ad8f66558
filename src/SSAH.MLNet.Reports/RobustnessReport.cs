using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Reports.Page;

namespace SSAH.MLNet.Reports;

/// <summary>A changed query and what it finds.</summary>
/// <param name="Name">What was done to it, such as <c>rotated by 30 degrees</c>; empty for the query as it is.</param>
/// <param name="Query">The changed image and its nearest ones.</param>
public sealed record ReportView(string Name, ReportQuery Query);

/// <summary>A query, as it is and changed.</summary>
/// <param name="Figures">How well it finds.</param>
/// <param name="Views">What it finds, as it is first.</param>
public sealed record ReportChangedQuery(QueryRobustness Figures, IReadOnlyList<ReportView> Views);

/// <summary>
/// A page about what retrieval loses when queries are turned, covered, cropped, darkened, blurred or recompressed: clean, mean and worst by kind of change
/// and by class, and what some queries find when they are changed. It is one HTML file that needs nothing beside it. Immutable.
/// </summary>
/// <example>
/// <code>
/// RobustnessMetrics metrics = mlContext.HashRetrieval.EvaluateRobustness(encoder, queries, database);
/// new RobustnessReport
/// {
///     Title = "Holiday photos",
///     Metrics = metrics,
///     Gallery = RobustnessGallery.Read(encoder, queries, database, metrics),
/// }.Write("robustness.html");
/// </code>
/// </example>
public sealed record RobustnessReport
{
    /// <summary>Heading of the page.</summary>
    public required string Title { get; init; }

    /// <summary>The figures, as <c>mlContext.HashRetrieval.EvaluateRobustness</c> gives them.</summary>
    public required RobustnessMetrics Metrics { get; init; }

    /// <summary>How the figures came about, such as data, seed, time and machine; shown in this order below the heading.</summary>
    public IReadOnlyList<(string Name, string Value)> Facts { get; init; } = [];

    /// <summary>Queries as they are and changed; <see cref="RobustnessGallery.Read"/> takes them from data views.</summary>
    public IReadOnlyList<ReportChangedQuery> Gallery { get; init; } = [];

    /// <summary>Sentences at the end of the page.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Writes the page to a file.</summary>
    /// <param name="path">The file; its folder is created, and an existing file is replaced. It appears whole or not at all.</param>
    /// <exception cref="ArgumentException">A number is NaN or infinite, or the bytes of an image do not fit its size.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Write(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        PageFile.Write(path, ToHtml());
    }

    /// <summary>The page as text.</summary>
    /// <exception cref="ArgumentException">A number is NaN or infinite, or the bytes of an image do not fit its size.</exception>
    public string ToHtml() => RobustnessPageWriter.ToHtml(this);
}
