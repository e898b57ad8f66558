using System.Text;
using static SSAH.MLNet.Reports.Page.Markup;

namespace SSAH.MLNet.Reports.Page;

/// <summary>Queries with their nearest images. A hit has a solid green frame and a tick, a miss a dashed red frame and a cross.</summary>
internal static class GallerySection
{
    public static void Append(StringBuilder html, IReadOnlyList<ReportQuery> queries, string remark)
    {
        html.Append($"""
            <section class="gallery">
            <h2>Queries and their nearest images</h2>
            <p class="key"><span><i class="sample hit"><i>&#10003;</i></i>shares a label with the query</span>
            <span><i class="sample miss"><i>&#10007;</i></i>does not</span>
            <span>The number below is the Hamming distance in bits. {Text(remark)}</span></p>
            <div class="queries">

            """);
        foreach (ReportQuery query in queries)
            AppendQuery(html, query, query.Image.Label);
        html.Append("</div>\n</section>\n");
    }

    /// <summary>A query and what it finds.</summary>
    public static void AppendQuery(StringBuilder html, ReportQuery query, string title)
    {
        int hits = query.Nearest.Count(found => found.IsRelevant);
        html.Append($"""
            <div class="query">
            <figure class="asked" title="{Tooltip(query.Image)}">{Image(query.Image, "query")}
            <figcaption><b>{Text(title)}</b><span>{hits} of {query.Nearest.Count}</span></figcaption></figure>
            <ol class="nearest">

            """);
        foreach (ReportNeighbor found in query.Nearest)
            AppendNeighbor(html, found);
        html.Append("</ol>\n</div>\n");
    }

    private static void AppendNeighbor(StringBuilder html, ReportNeighbor found)
    {
        (string kind, string mark) = found.IsRelevant ? ("hit", "&#10003;") : ("miss", "&#10007;");
        html.Append($"""
            <li class="{kind}" title="{Tooltip(found.Image)}, {found.Distance} bits away">
            <span class="frame">{Image(found.Image, kind)}<i aria-hidden="true">{mark}</i></span>
            <small>{found.Distance}</small></li>

            """);
    }

    private static string Tooltip(ReportImage image) => Text(string.Join(", ", new[] { image.Label, image.Name }.Where(part => part.Length > 0)));

    private static string Image(ReportImage image, string role) =>
        $"""<img{(Thumbnail.IsTiny(image) ? " class=\"tiny\"" : "")} src="{Thumbnail.DataUri(image)}" alt="{role}: {Text(image.Label)}">""";
}
