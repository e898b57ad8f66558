using System.Text;
using static SSAH.MLNet.Reports.Page.Markup;

namespace SSAH.MLNet.Reports.Charts;

/// <summary>A chart as SVG with its caption, the names of its legend (none for one line) and a sentence below.</summary>
internal sealed record DrawnChart(string Title, string Svg, IReadOnlyList<string> Legend, string Remark);

/// <summary>Charts under a heading, each with caption and legend.</summary>
internal static class ChartSection
{
    public static void Append(StringBuilder html, string heading, IEnumerable<DrawnChart> charts)
    {
        html.Append($"<section class=\"charts\">\n<h2>{Text(heading)}</h2>\n<div class=\"grid2\">\n");
        foreach (DrawnChart chart in charts)
        {
            html.Append($"<figure class=\"chart\">\n<figcaption>{Text(chart.Title)}</figcaption>\n").Append(LegendOf(chart.Legend)).Append(chart.Svg);
            if (chart.Remark.Length > 0)
                html.Append($"\n<p class=\"remark\">{Text(chart.Remark)}</p>");
            html.Append("\n</figure>\n");
        }
        html.Append("</div>\n</section>\n");
    }

    private static string LegendOf(IReadOnlyList<string> names)
    {
        if (names.Count == 0)
            return "";
        IEnumerable<string> items = names.Select((name, i) =>
            $"""<li><svg viewBox="0 0 26 10" aria-hidden="true"><path class="curve s{i % CurveSvg.Styles}" d="M1 5L25 5"/></svg>{Text(name)}</li>""");
        return $"<ul class=\"legend\">{string.Concat(items)}</ul>\n";
    }
}
