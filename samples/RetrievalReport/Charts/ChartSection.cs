using System.Text;
using static SSAH.MLNet.Samples.RetrievalReport.Markup;

namespace SSAH.MLNet.Samples.RetrievalReport.Charts;

/// <summary>A group of charts under a heading, each with caption and legend.</summary>
internal static class ChartSection
{
    public static void Append(StringBuilder html, ChartGroup group)
    {
        html.Append($"<section class=\"charts\">\n<h2>{Text(group.Title)}</h2>\n");
        if (group.Introduction.Length > 0)
            html.Append($"<p>{Text(group.Introduction)}</p>\n");
        html.Append("<div class=\"grid2\">\n");
        foreach (var chart in group.Charts)
        {
            html.Append($"<figure class=\"chart\">\n<figcaption>{Text(chart.Title)}</figcaption>\n").Append(Legend(chart)).Append(Draw(chart));
            if (chart.Remark.Length > 0)
                html.Append($"\n<p class=\"remark\">{Text(chart.Remark)}</p>");
            html.Append("\n</figure>\n");
        }

        html.Append("</div>\n</section>\n");
    }

    public static string Draw(Chart chart) => chart switch
    {
        CurveChart curves => CurveSvg.Draw(curves),
        DistanceChart distances => DistanceSvg.Draw(distances),
        BitBalanceChart bits => BitBalanceSvg.Draw(bits),
        _ => throw new ArgumentException($"A chart of the unknown kind {chart.GetType().Name}."),
    };

    private static string Legend(Chart chart)
    {
        string[] names = chart switch
        {
            CurveChart { Curves.Count: > 1 } curves => [.. curves.Curves.Select(curve => curve.Name)],
            DistanceChart => ["same label", "different labels"],
            _ => [],
        };
        if (names.Length == 0)
            return "";
        var items = names.Select((name, i) =>
            $"""<li><svg viewBox="0 0 26 10" aria-hidden="true"><path class="curve s{i % CurveSvg.Styles}" d="M1 5L25 5"/></svg>{Text(name)}</li>""");
        return $"<ul class=\"legend\">{string.Concat(items)}</ul>\n";
    }
}
