using System.Text;
using static SSAH.MLNet.Reports.Page.Markup;

namespace SSAH.MLNet.Reports.Page;

/// <summary>One row of a <see cref="BarTable"/>.</summary>
/// <param name="Name">What the figures are of.</param>
/// <param name="Values">A figure from 0 to 1 for each column; null where there is none.</param>
/// <param name="Remark">A few words below the name.</param>
/// <param name="IsMain">Whether the row is what the page is about.</param>
internal sealed record BarRow(string Name, IReadOnlyList<double?> Values, string Remark = "", bool IsMain = false);

/// <summary>A table of figures from 0 to 1, each with a bar; all bars have one scale.</summary>
internal static class BarTable
{
    public static void Append(StringBuilder html, string first, IReadOnlyList<string> columns, IEnumerable<BarRow> rows)
    {
        html.Append($"<div class=\"scroll\"><table class=\"barred\"><thead><tr><th scope=\"col\">{Text(first)}</th>");
        foreach (string column in columns)
            html.Append($"<th scope=\"col\">{Text(column)}</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (BarRow row in rows)
        {
            string remark = row.Remark.Length > 0 ? $"<small>{Text(row.Remark)}</small>" : "";
            html.Append($"<tr{(row.IsMain ? " class=\"shown\"" : "")}><th scope=\"row\">{Text(row.Name)}{remark}</th>");
            foreach (double? value in row.Values)
                html.Append(value is { } known ? $"<td>{Bar(known)}</td>" : "<td class=\"none\">&#8211;</td>");
            html.Append("</tr>\n");
        }
        html.Append("</tbody>\n</table></div>\n");
    }

    private static string Bar(double value) => $"""
        <span class="bar-cell"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="10"/><rect
        class="fill" width="{Number(100 * Math.Clamp(Finite(value, "a figure"), 0, 1))}" height="10"/></svg><b>{Share(value)}</b></span>
        """;
}
