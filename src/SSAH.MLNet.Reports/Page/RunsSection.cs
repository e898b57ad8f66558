using System.Text;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Reports.Charts;
using static SSAH.MLNet.Reports.Page.Markup;

namespace SSAH.MLNet.Reports.Page;

/// <summary>The compared runs as a table, with the bracket of each mean average precision drawn as a line.</summary>
internal static class RunsSection
{
    private const double BracketWidth = 180;
    private const string Unknown = "&#8211;";

    public static void Append(StringBuilder html, IReadOnlyList<ReportRun> runs)
    {
        // One scale for all rows: the brackets can be compared with each other.
        Axis scale = Axis.Round(
            runs.Min(run => run.Metrics.PessimisticMeanAveragePrecision), runs.Max(run => run.Metrics.OptimisticMeanAveragePrecision), 6, BracketWidth - 6);
        CutoffMetrics? shown = Headline.CutoffOf(runs[0].Metrics);
        html.Append($"""
            <section class="runs">
            <h2>{(runs.Count > 1 ? "Comparison" : "Figures")}</h2>
            <div class="scroll"><table>
            <thead><tr><th scope="col">run</th><th scope="col" class="number">mAP</th>
            <th scope="col">worst to best order of ties<small>{scale.Label(scale.Low)} to {scale.Label(scale.High)}</small></th>
            <th scope="col" class="number">row order</th>{(shown is null ? "" : $"<th scope=\"col\" class=\"number\">precision@{shown.K}</th>")}
            <th scope="col" class="number">training</th></tr></thead>
            <tbody>

            """);
        double best = runs.Max(run => run.Metrics.MeanAveragePrecision);
        foreach (ReportRun run in runs)
            AppendRun(html, run, scale, shown?.K, isBest: runs.Count > 1 && run.Metrics.MeanAveragePrecision == best);
        html.Append("</tbody>\n</table></div>\n</section>\n");
    }

    private static void AppendRun(StringBuilder html, ReportRun run, Axis scale, int? k, bool isBest)
    {
        HammingRetrievalMetrics metrics = run.Metrics;
        string remark = run.Remark.Length > 0 ? $"<small>{Text(run.Remark)}</small>" : "";
        string precision = k is null ? "" : Cell(metrics.Cutoffs.FirstOrDefault(cutoff => cutoff.K == k)?.Precision);
        html.Append($"""
            <tr{(isBest ? " class=\"best\"" : "")}><th scope="row">{Text(run.Name)}{remark}</th>
            <td class="number main">{Share(metrics.MeanAveragePrecision)}</td><td>{Bracket(metrics, scale)}</td>
            {Cell(metrics.StableMeanAveragePrecision)}{precision}
            <td class="number">{(run.TrainingTime is { } time ? Time(time) : Unknown)}</td></tr>

            """);
    }

    private static string Cell(double? value) => $"<td class=\"number\">{(value is { } known ? Share(known) : Unknown)}</td>";

    private static string Bracket(HammingRetrievalMetrics metrics, Axis scale)
    {
        string low = Number(scale.At(metrics.PessimisticMeanAveragePrecision)), high = Number(scale.At(metrics.OptimisticMeanAveragePrecision));
        string text = $"{Share(metrics.PessimisticMeanAveragePrecision)} to {Share(metrics.OptimisticMeanAveragePrecision)}";
        return $"""
            <svg class="bracket" viewBox="0 0 {Number(BracketWidth)} 20" role="img" aria-label="{text}"><title>{text}</title>
            <line class="track" x1="2" y1="10" x2="{Number(BracketWidth - 2)}" y2="10"/><line class="range" x1="{low}" y1="10" x2="{high}" y2="10"/>
            <line class="end" x1="{low}" y1="5" x2="{low}" y2="15"/><line class="end" x1="{high}" y1="5" x2="{high}" y2="15"/>
            <circle cx="{Number(scale.At(metrics.MeanAveragePrecision))}" cy="10" r="4.5"/></svg><small class="bounds">{text}</small>
            """;
    }
}
