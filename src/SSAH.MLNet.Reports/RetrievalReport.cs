using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Reports.Page;

namespace SSAH.MLNet.Reports;

/// <summary>
/// A page about how well images are found by their codes: headline figures, queries with their nearest images, a table of the compared runs, charts
/// and the conventions of the figures. It is one HTML file that needs nothing beside it: no script, no font, no request. Immutable.
/// </summary>
/// <example>
/// <code>
/// RetrievalReport.Write("report.html", "Holiday photos", metrics);
///
/// new RetrievalReport
/// {
///     Title = "Holiday photos",
///     Runs = [new ReportRun("SSAH", metrics), new ReportRun("random codes", control)],
///     Gallery = ReportGallery.Read(encodedQueries, encodedDatabase),
/// }.Write("report.html");
/// </code>
/// </example>
public sealed record RetrievalReport
{
    /// <summary>Heading of the page.</summary>
    public required string Title { get; init; }

    /// <summary>The result in a sentence or two. Default: what the figures of the first run say.</summary>
    public string? Summary { get; init; }

    /// <summary>How the figures came about, such as data, seed, time and machine; shown in this order below the heading.</summary>
    public IReadOnlyList<(string Name, string Value)> Facts { get; init; } = [];

    /// <summary>The runs that are compared; the headline figures and the distance charts are those of the first.</summary>
    public IReadOnlyList<ReportRun> Runs { get; init; } = [];

    /// <summary>Queries with their nearest images; <see cref="ReportGallery.Read"/> takes them from data views.</summary>
    public IReadOnlyList<ReportQuery> Gallery { get; init; } = [];

    /// <summary>A sentence above the gallery, such as how its queries were chosen.</summary>
    public string GalleryRemark { get; init; } = "";

    /// <summary>
    /// What the encoder says of its training (<see cref="HashEncoder.TrainingSummary"/>), for charts under a heading of their own: the loss terms that
    /// were used and, where there were hard samples, how their difficulty, area and angle followed the hash network. Null, or a summary without
    /// history, draws none.
    /// </summary>
    public HashTrainingSummary? Training { get; init; }

    /// <summary>
    /// Rankings of the same queries and database beside each other (<c>HashRetrieval.Compare</c>): chance, float features, codes without
    /// labels and class probabilities. Null, the default, shows chance and the class alone, as far as the first run has them.
    /// </summary>
    public RetrievalComparison? Comparison { get; init; }

    /// <summary>Whose neighbors are whose (<see cref="NeighborConfusion.Of"/>); null shows nothing of it.</summary>
    public NeighborConfusion? Confusion { get; init; }

    /// <summary>
    /// Queries that have a copy where they are searched, or among what was learned from
    /// (<see cref="HashRetrievalCatalog.FindLeaks(IReadOnlyList{string}, DuplicateOptions, CancellationToken)"/>): said below the headline figures.
    /// Null where nobody looked.
    /// </summary>
    public LeakReport? Leaks { get; init; }

    /// <summary>Sentences at the end of the page, after the conventions of the figures.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Writes a page of the figures of one run.</summary>
    /// <param name="path">The file; its folder is created, and an existing file is replaced. It appears whole or not at all.</param>
    /// <param name="title">Heading of the page.</param>
    /// <param name="metrics">The figures.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, string title, HammingRetrievalMetrics metrics) =>
        new RetrievalReport { Title = title, Runs = [new ReportRun(title, metrics)] }.Write(path);

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
    public string ToHtml() => PageWriter.ToHtml(this);
}
