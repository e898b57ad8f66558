using System.Text;
using SSAH.MLNet.Samples.RetrievalReport.Charts;
using static SSAH.MLNet.Samples.RetrievalReport.Markup;

namespace SSAH.MLNet.Samples.RetrievalReport;

/// <summary>The compared runs as a table, with the bracket of each mean average precision drawn as a line.</summary>
internal static class RunsSection
{
    private const double BracketWidth = 180;
    private const string Unknown = "&#8211;";

    public static void Append(StringBuilder html, IReadOnlyList<ComparedRun> runs, int precisionAt)
    {
        // One scale for all rows: the brackets can be compared with each other.
        var scale = Axis.Round(runs.Min(run => run.Pessimistic), runs.Max(run => run.Optimistic), 6, BracketWidth - 6);
        html.Append($"""
            <section class="runs">
            <h2>{(runs.Count > 1 ? "Comparison" : "Figures")}</h2>
            <div class="scroll"><table>
            <thead><tr><th scope="col">run</th><th scope="col" class="number">mAP</th>
            <th scope="col">worst to best order of ties<small>{scale.Label(scale.Low)} to {scale.Label(scale.High)}</small></th>
            <th scope="col" class="number">row order</th><th scope="col" class="number">precision@{precisionAt}</th>
            <th scope="col" class="number">accuracy</th><th scope="col" class="number">training</th></tr></thead>
            <tbody>

            """);
        var best = runs.Max(run => run.MeanAveragePrecision);
        foreach (var run in runs)
            AppendRun(html, run, scale, isBest: runs.Count > 1 && run.MeanAveragePrecision == best);
        html.Append("</tbody>\n</table></div>\n</section>\n");
    }

    private static void AppendRun(StringBuilder html, ComparedRun run, Axis scale, bool isBest)
    {
        var remark = run.Remark.Length > 0 ? $"<small>{Text(run.Remark)}</small>" : "";
        html.Append($"""
            <tr{(isBest ? " class=\"best\"" : "")}><th scope="row">{Text(run.Name)}{remark}</th>
            <td class="number main">{Share(run.MeanAveragePrecision)}</td><td>{Bracket(run, scale)}</td>
            <td class="number">{Optional(run.StableOrder)}</td><td class="number">{Optional(run.PrecisionAtK)}</td>
            <td class="number">{Optional(run.Accuracy)}</td><td class="number">{(run.Time is { } time ? Time(time) : Unknown)}</td></tr>

            """);
    }

    private static string Optional(double? value) => value is { } known ? Share(known) : Unknown;

    private static string Bracket(ComparedRun run, Axis scale)
    {
        var low = Number(scale.At(run.Pessimistic));
        var high = Number(scale.At(run.Optimistic));
        var text = $"{Share(run.Pessimistic)} to {Share(run.Optimistic)}";
        return $"""
            <svg class="bracket" viewBox="0 0 {Number(BracketWidth)} 20" role="img" aria-label="{text}"><title>{text}</title>
            <line class="track" x1="2" y1="10" x2="{Number(BracketWidth - 2)}" y2="10"/><line class="range" x1="{low}" y1="10" x2="{high}" y2="10"/>
            <line class="end" x1="{low}" y1="5" x2="{low}" y2="15"/><line class="end" x1="{high}" y1="5" x2="{high}" y2="15"/>
            <circle cx="{Number(scale.At(run.MeanAveragePrecision))}" cy="10" r="4.5"/></svg><small class="bounds">{text}</small>
            """;
    }
}
