using System.Globalization;
using System.Text;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Reports.Charts;
using static SSAH.MLNet.Reports.Page.Markup;

namespace SSAH.MLNet.Reports.Page;

/// <summary>Puts the sections of a report together.</summary>
internal static class PageWriter
{
    public static string ToHtml(RetrievalReport report)
    {
        HammingRetrievalMetrics? shown = report.Runs is [var first, ..] ? first.Metrics : null;
        var html = new StringBuilder();
        AppendHead(html, report.Title, report.Summary ?? (shown is null ? "" : Headline.Sentence(shown)));
        AppendFacts(html, report.Facts);
        html.Append("</header>\n");
        if (shown is not null)
            Headline.AppendTiles(html, shown);
        if (report.Leaks is { Leaks.Count: > 0 } leaks)
            LeakSection.Append(html, leaks);
        if (report.Gallery.Count > 0)
            GallerySection.Append(html, report.Gallery, report.GalleryRemark);
        if (report.Runs.Count == 0 && report.Comparison is not null)
            BaselineSection.Append(html, report);
        if (report.Confusion is { } confusion)
            ConfusionSection.Append(html, confusion);
        if (report.Runs.Count > 0)
        {
            BaselineSection.Append(html, report);
            RunsSection.Append(html, report.Runs);
            ChartSection.Append(html, "Retrieval", RetrievalCharts.Draw(report.Runs));
        }
        if (report.Training is { History.Count: > 0 } training)
            ChartSection.Append(html, "Learning", LearningCharts.Of(training.History).Select(CurveSvg.Draw));
        AppendNotes(html, "How the figures are made", [.. shown is null ? [] : ConventionsOf(shown), .. report.Notes]);
        html.Append("</main>\n</body>\n</html>\n");
        return html.ToString();
    }

    /// <summary>Everything up to the end of the heading, which the caller closes.</summary>
    public static void AppendHead(StringBuilder html, string title, string summary)
    {
        html.Append($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{Text(title)}</title>
            <style>{StyleSheet()}</style>
            </head>
            <body>
            <main>
            <header>
            <h1>{Text(title)}</h1>

            """);
        if (summary.Length > 0)
            html.Append($"<p class=\"lead\">{Text(summary)}</p>\n");
    }

    public static void AppendFacts(StringBuilder html, IReadOnlyList<(string Name, string Value)> facts)
    {
        if (facts.Count == 0)
            return;
        html.Append("<dl class=\"facts\">\n");
        foreach ((string name, string value) in facts)
            html.Append($"<div><dt>{Text(name)}</dt><dd>{Text(value)}</dd></div>\n");
        html.Append("</dl>\n");
    }

    private static IEnumerable<string> ConventionsOf(HammingRetrievalMetrics metrics)
    {
        yield return "An image is relevant when it shares at least one label with the query.";
        yield return "mAP is the mean average precision over the whole database. Many images lie at the same distance: the figure is the mean over all "
            + "orders of such ties, the bracket the worst and the best order. Row order breaks ties by position, as most published code does.";
        if (metrics.UnlabeledQueries > 0)
            yield return $"{Count(metrics.UnlabeledQueries)} queries have no label and are in no figure.";
        if (metrics.Confidence is { } c)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"Over the queries, the {Math.Round(c.Level * 100)} % interval of the mAP is {c.Lower:F3} to "
                + $"{c.Upper:F3}; it says nothing about how much another training would differ.");
    }

    /// <summary>A list of remarks for the end of a page.</summary>
    public static void AppendNotes(StringBuilder html, string title, string[] notes)
    {
        if (notes.Length == 0)
            return;
        html.Append($"<section class=\"conventions\">\n<h2>{Text(title)}</h2>\n<ul>\n");
        foreach (string note in notes)
            html.Append($"<li>{Text(note)}</li>\n");
        html.Append("</ul>\n</section>\n");
    }

    private static string StyleSheet()
    {
        using Stream stream = typeof(PageWriter).Assembly.GetManifestResourceStream("page.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
