using System.Globalization;
using System.Text;
using SSAH.MLNet.Evaluation;
using static SSAH.MLNet.Reports.Page.Markup;

namespace SSAH.MLNet.Reports.Page;

/// <summary>The runs beside what is there without them: chance, rankings without labels, and what the class alone would reach.</summary>
internal static class BaselineSection
{
    public static void Append(StringBuilder html, RetrievalReport report)
    {
        (IReadOnlyList<string> columns, BarRow[] rows) = report.Comparison is { } comparison
            ? RowsOf(comparison)
            : report.Runs is [var run, ..] ? RowsOf(run.Metrics, report.Runs) : ([], []);
        // The runs alone stand in their own table.
        if (rows.All(row => row.IsMain))
            return;
        Append(html, "Beside chance and baselines", report.Comparison?.Verdict, columns, rows);
    }

    /// <summary>A comparison under a heading of its own, its verdict above where that is not on the page already.</summary>
    public static void Append(StringBuilder html, string heading, RetrievalComparison comparison, bool showsVerdict)
    {
        (string[] columns, BarRow[] rows) = RowsOf(comparison);
        Append(html, heading, showsVerdict ? comparison.Verdict : null, columns, rows);
    }

    private static void Append(StringBuilder html, string heading, string? verdict, IReadOnlyList<string> columns, BarRow[] rows)
    {
        html.Append($"<section class=\"baselines\">\n<h2>{Text(heading)}</h2>\n");
        if (verdict is not null)
            html.Append($"<p>{Text(verdict)}</p>\n");
        BarTable.Append(html, "ranking", columns, rows);
        html.Append("</section>\n");
    }

    private static (string[] Columns, BarRow[] Rows) RowsOf(RetrievalComparison comparison)
    {
        string at = string.Create(CultureInfo.InvariantCulture, $"precision@{comparison.Cutoff}");
        bool isSplit = comparison.Rankings.Any(ranking => ranking.Seen is not null);
        string[] columns = isSplit ? ["mAP", at, "mAP, classes with labels", "mAP, classes without"] : ["mAP", at];
        return (columns, [.. comparison.Rankings.Select(ranking => new BarRow(ranking.Name,
            isSplit ? [Map(ranking.All), Precision(ranking.All), Map(ranking.Seen), Map(ranking.Unseen)] : [Map(ranking.All), Precision(ranking.All)],
            IsMain: ranking.Method == ComparedMethod.TrainedCodes))]);
    }

    private static double? Map(RankingFigures? figures) => figures is { Queries: > 0 } some ? some.MeanAveragePrecision : null;

    private static double? Precision(RankingFigures? figures) => figures is { Queries: > 0 } some ? some.Precision : null;

    private static (string[] Columns, BarRow[] Rows) RowsOf(HammingRetrievalMetrics first, IReadOnlyList<ReportRun> runs)
    {
        CutoffMetrics? shown = Headline.CutoffOf(first);
        string[] columns = shown is null ? ["mAP"] : ["mAP", string.Create(CultureInfo.InvariantCulture, $"precision@{shown.K}")];
        var rows = new List<BarRow>();
        void Add(string name, double map, double? precision, string remark = "", bool isMain = false) =>
            rows.Add(new BarRow(name, shown is null ? [map] : [map, precision], remark, isMain));
        if (first.Chance is { Queries: > 0 } chance)
            Add("chance", chance.MeanAveragePrecision, chance.Precision, "a ranking that knows nothing");
        if (first.ClassId is { } classes)
            Add("class alone", classes.MeanAveragePrecision, null, $"a code of nothing but the predicted class; {classes.Source}");
        foreach (ReportRun run in runs)
            Add(run.Name, run.Metrics.MeanAveragePrecision, run.Metrics.Cutoffs.FirstOrDefault(cutoff => cutoff.K == shown?.K)?.Precision, isMain: true);
        return (columns, [.. rows]);
    }
}
