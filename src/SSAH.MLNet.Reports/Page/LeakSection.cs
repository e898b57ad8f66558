using System.Text;
using static SSAH.MLNet.Reports.Page.Markup;

namespace SSAH.MLNet.Reports.Page;

/// <summary>Says which queries find a copy of themselves.</summary>
internal static class LeakSection
{
    private const int MostShown = 50;

    public static void Append(StringBuilder html, LeakReport report)
    {
        int count = report.Leaks.Count;
        html.Append($"""
            <section class="leaks">
            <h2>Copies among the images</h2>
            <p>{Count(count)} of {Count(report.Queries)} queries {(count == 1 ? "has" : "have")} a copy where {(count == 1 ? "it is" : "they are")} searched.
            What finds its own copy measures memory, not likeness.</p>
            <details><summary>{(count > MostShown ? $"The first {MostShown}" : "Which ones")}</summary>
            <div class="scroll"><table><thead><tr><th scope="col">query</th><th scope="col">copy</th><th scope="col" class="number">alike</th></tr></thead>
            <tbody>

            """);
        foreach (Leak leak in report.Leaks.Take(MostShown))
            html.Append($"""
                <tr><th scope="row">{Text(leak.Query)}</th><td>{Text(leak.Copy)}</td><td class="number">{AlikeOf(leak)}</td></tr>

                """);
        html.Append("</tbody></table></div></details>\n</section>\n");
    }

    private static string AlikeOf(Leak leak) => leak.Kind == DuplicateKind.SameFile ? "same file" : $"{Share(leak.Similarity)}";
}
