using System.Globalization;
using System.Text;
using SSAH.MLNet.Evaluation;
using static SSAH.MLNet.Reports.Page.Markup;

namespace SSAH.MLNet.Reports.Page;

/// <summary>Puts the sections of a page about robustness together.</summary>
internal static class RobustnessPageWriter
{
    private static readonly string[] s_columns = ["mean of the views", "worst view of each query"];

    public static string ToHtml(RobustnessReport report)
    {
        RobustnessMetrics metrics = report.Metrics;
        var html = new StringBuilder();
        PageWriter.AppendHead(html, report.Title, Sentence(metrics));
        PageWriter.AppendFacts(html, report.Facts);
        html.Append("</header>\n");
        AppendTiles(html, metrics);
        html.Append("<section class=\"families\">\n<h2>By kind of change</h2>\n");
        BarTable.Append(html, "queries", s_columns, [new BarRow("as they are", [metrics.Clean, metrics.Clean], IsMain: true),
            .. metrics.Families.Select(family => new BarRow(NameOf(family.Family), [family.Mean, family.WorstView], HardestOf(family)))]);
        html.Append("</section>\n");
        foreach (ReportChangedQuery query in report.Gallery)
            AppendQuery(html, query);
        AppendClasses(html, metrics);
        AppendViews(html, metrics);
        PageWriter.AppendNotes(html, "How the figures are made", [.. Conventions(metrics), .. report.Notes]);
        html.Append("</main>\n</body>\n</html>\n");
        return html.ToString();
    }

    private static string Sentence(RobustnessMetrics metrics) => string.Create(CultureInfo.InvariantCulture,
        $"A mAP of {metrics.Clean:F3} becomes {metrics.Mean:F3} on average over {metrics.ViewCount} views of each query, and {metrics.WorstView:F3} in the ")
        + $"worst view of each. What costs most: {NameOf(metrics.Families.MinBy(family => family.Mean)!.Family)}.";

    private static void AppendTiles(StringBuilder html, RobustnessMetrics metrics)
    {
        html.Append("<section class=\"tiles\" aria-label=\"Headline figures\">\n");
        Headline.AppendTile(html, "clean mAP", Share(metrics.Clean), "queries as they are");
        Headline.AppendTile(html, "mean of all views", Share(metrics.Mean), Lost(metrics.Clean, metrics.Mean));
        Headline.AppendTile(html, "worst view of each query", Share(metrics.WorstView), Lost(metrics.Clean, metrics.WorstView));
        ClassRobustness worst = metrics.WorstClass;
        Headline.AppendTile(html, "worst class", Share(worst.WorstView), $"{NameOf(worst)}, clean {Share(worst.Clean)}");
        Headline.AppendTile(html, "queries", Count(metrics.QueryCount), $"in a database of {Count(metrics.DatabaseCount)}");
        html.Append("</section>\n");
    }

    private static string Lost(double clean, double left) => clean > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Round(100 * Math.Abs(clean - left) / clean)} % {(left > clean ? "more" : "less")}")
        : "";

    private static void AppendQuery(StringBuilder html, ReportChangedQuery query)
    {
        ReportImage image = query.Views[0].Query.Image;
        string name = image.Label.Length > 0 ? image.Label : image.Name;
        html.Append(CultureInfo.InvariantCulture, $"""
            <section class="gallery changed">
            <h2>{Text(name)}, changed</h2>
            <p class="key"><span>AP {Share(query.Figures.Clean)} as it is, {Share(query.Figures.Mean)} on average, {Share(query.Figures.Worst)} where it is
            {Text(query.Figures.WorstViewName)}.</span></p>
            <div class="queries">

            """);
        foreach (ReportView view in query.Views)
            GallerySection.AppendQuery(html, view.Query, view.Name.Length > 0 ? view.Name : "as it is");
        html.Append("</div>\n</section>\n");
    }

    private static void AppendClasses(StringBuilder html, RobustnessMetrics metrics)
    {
        html.Append("<section class=\"classes\">\n<h2>By class, the worst first</h2>\n");
        BarTable.Append(html, "class", ["clean", .. s_columns], metrics.Classes.OrderBy(each => each.WorstView).Select(each =>
            new BarRow(NameOf(each), [each.Clean, each.Mean, each.WorstView], CountOf(each.QueryCount))));
        html.Append("</section>\n");
    }

    private static void AppendViews(StringBuilder html, RobustnessMetrics metrics)
    {
        html.Append("<section class=\"views\">\n<h2>Every view</h2>\n<details><summary>mAP of each</summary>\n");
        BarTable.Append(html, "view", ["mAP"],
            metrics.Families.SelectMany(family => family.Views).Select(view => new BarRow(view.Name, [view.MeanAveragePrecision])));
        html.Append("</details>\n</section>\n");
    }

    private static IEnumerable<string> Conventions(RobustnessMetrics metrics)
    {
        yield return "Each AP is of one view of one query on the database as it is, ties averaged. The worst view is chosen for each query by itself.";
        yield return "Views are made of the image at the size that the network takes, and nothing in them is drawn at random. More views can only make the "
            + "worst one worse: compare figures of the same views.";
        if (metrics.QueriesWithoutRelevant > 0)
            yield return $"{Count(metrics.QueriesWithoutRelevant)} queries have nothing relevant in the database: their AP is 0 in every view.";
        if (metrics.UnlabeledQueries > 0)
            yield return $"{Count(metrics.UnlabeledQueries)} queries have no label and are in no figure.";
    }

    private static string HardestOf(FamilyRobustness family)
    {
        ViewRobustness hardest = family.Views.MinBy(view => view.MeanAveragePrecision)!;
        return $"hardest: {hardest.Name}, {Share(hardest.MeanAveragePrecision)}";
    }

    private static string CountOf(int queries) => $"{Count(queries)} {(queries == 1 ? "query" : "queries")}";

    private static string NameOf(ClassRobustness each) => each.Name ?? string.Create(CultureInfo.InvariantCulture, $"class {each.Class}");

    private static string NameOf(QueryViewFamily family) => family switch
    {
        QueryViewFamily.Rotation => "turned",
        QueryViewFamily.Occlusion => "partly covered",
        QueryViewFamily.Scale => "smaller and larger",
        QueryViewFamily.Crop => "cropped",
        QueryViewFamily.Brightness => "darker and brighter",
        QueryViewFamily.Blur => "blurred",
        QueryViewFamily.Jpeg => "recompressed",
        QueryViewFamily.RotationAndOcclusion => "turned and covered",
        _ => family.ToString(),
    };
}
