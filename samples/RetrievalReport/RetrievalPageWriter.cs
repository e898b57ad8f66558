using System.Text;
using SSAH.MLNet.Samples.RetrievalReport.Charts;
using static SSAH.MLNet.Samples.RetrievalReport.Markup;

namespace SSAH.MLNet.Samples.RetrievalReport;

/// <summary>Writes a <see cref="RetrievalPage"/> as one HTML file that needs nothing beside it: no script, no font, no request.</summary>
public static class RetrievalPageWriter
{
    /// <summary>Writes the page to a file; the file appears whole or not at all.</summary>
    public static void Write(RetrievalPage page, string path)
    {
        var html = ToHtml(page);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var unfinished = path + ".part";
        File.WriteAllText(unfinished, html, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        File.Move(unfinished, path, overwrite: true);
    }

    /// <summary>The page as text.</summary>
    /// <exception cref="ArgumentException">A number is NaN or infinite, or an image's bytes do not fit its size.</exception>
    public static string ToHtml(RetrievalPage page)
    {
        ArgumentNullException.ThrowIfNull(page);
        var html = new StringBuilder();
        html.Append($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{Text(page.Title)}</title>
            <style>{StyleSheet()}</style>
            </head>
            <body>
            <main>
            <header>
            <h1>{Text(page.Title)}</h1>
            <p class="lead">{Text(page.Summary)}</p>
            """);
        AppendFacts(html, page.Facts);
        html.Append("</header>\n");
        AppendTiles(html, page.Tiles);
        if (page.Gallery.Count > 0)
            GallerySection.Append(html, page.Gallery, page.GalleryRemark);
        if (page.Runs.Count > 0)
            RunsSection.Append(html, page.Runs, page.PrecisionAt);
        foreach (var group in page.Charts)
            ChartSection.Append(html, group);
        AppendConventions(html, page.Conventions);
        html.Append("</main>\n</body>\n</html>\n");
        return html.ToString();
    }

    private static void AppendFacts(StringBuilder html, IReadOnlyList<Fact> facts)
    {
        if (facts.Count == 0)
            return;
        html.Append("<dl class=\"facts\">\n");
        foreach (var fact in facts)
            html.Append($"<div><dt>{Text(fact.Name)}</dt><dd>{Text(fact.Value)}</dd></div>\n");
        html.Append("</dl>\n");
    }

    private static void AppendTiles(StringBuilder html, IReadOnlyList<Tile> tiles)
    {
        if (tiles.Count == 0)
            return;
        html.Append("<section class=\"tiles\" aria-label=\"Headline figures\">\n");
        foreach (var tile in tiles)
        {
            html.Append($"""
                <div class="tile"><span class="what">{Text(tile.Name)}</span><strong>{Text(tile.Value)}</strong>
                <span class="remark">{Text(tile.Remark)}</span></div>

                """);
        }

        html.Append("</section>\n");
    }

    private static void AppendConventions(StringBuilder html, IReadOnlyList<string> conventions)
    {
        if (conventions.Count == 0)
            return;
        html.Append("<section class=\"conventions\">\n<h2>How the figures are made</h2>\n<ul>\n");
        foreach (var convention in conventions)
            html.Append($"<li>{Text(convention)}</li>\n");
        html.Append("</ul>\n</section>\n");
    }

    private static string StyleSheet()
    {
        using var stream = typeof(RetrievalPageWriter).Assembly.GetManifestResourceStream("page.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
