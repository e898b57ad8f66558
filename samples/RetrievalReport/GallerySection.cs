using System.Text;
using static SSAH.MLNet.Samples.RetrievalReport.Markup;

namespace SSAH.MLNet.Samples.RetrievalReport;

/// <summary>Queries with their nearest images. A hit has a solid green frame and a tick, a miss a dashed red frame and a cross.</summary>
internal static class GallerySection
{
    public static void Append(StringBuilder html, IReadOnlyList<GalleryQuery> queries, string remark)
    {
        html.Append($"""
            <section class="gallery">
            <h2>Queries and their nearest images</h2>
            <p class="key"><span><i class="sample hit"><i>&#10003;</i></i>shares the query's label</span>
            <span><i class="sample miss"><i>&#10007;</i></i>does not</span>
            <span>The number below is the Hamming distance in bits. {Text(remark)}</span></p>
            <div class="queries">

            """);
        foreach (var query in queries)
            AppendQuery(html, query);
        html.Append("</div>\n</section>\n");
    }

    private static void AppendQuery(StringBuilder html, GalleryQuery query)
    {
        var hits = query.Nearest.Count(hit => hit.IsRelevant);
        var label = Text(query.Label);
        html.Append($"""
            <div class="query">
            <figure class="asked"><img src="{PngThumbnail.DataUri(query.Image)}" alt="query: {label}">
            <figcaption><b>{label}</b><span>{hits} of {query.Nearest.Count}</span></figcaption></figure>
            <ol class="nearest">

            """);
        foreach (var hit in query.Nearest)
            AppendHit(html, hit);
        html.Append("</ol>\n</div>\n");
    }

    private static void AppendHit(StringBuilder html, GalleryHit hit)
    {
        var (kind, mark) = hit.IsRelevant ? ("hit", "&#10003;") : ("miss", "&#10007;");
        var label = Text(hit.Label);
        html.Append($"""
            <li class="{kind}" title="{label}, {hit.Distance} bits away">
            <span class="frame"><img src="{PngThumbnail.DataUri(hit.Image)}" alt="{kind}: {label}"><i aria-hidden="true">{mark}</i></span>
            <small>{hit.Distance}</small></li>

            """);
    }
}
