using System.Globalization;
using System.Text;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Reports.Charts;
using static SSAH.MLNet.Reports.Page.Markup;

namespace SSAH.MLNet.Reports.Page;

/// <summary>Puts the sections of a page about a training together.</summary>
internal static class TrainingPageWriter
{
    public static string ToHtml(TrainingReport report)
    {
        var html = new StringBuilder();
        PageWriter.AppendHead(html, report.Title, report.Summary ?? report.Comparison?.Verdict ?? TimeOf(report.Training));
        PageWriter.AppendFacts(html, report.Facts);
        html.Append("</header>\n");
        AppendTiles(html, report);
        if (report.Training is { Warnings.Count: > 0 } doubtful)
            AppendWarnings(html, doubtful.Warnings);
        if (report.Comparison is { } comparison)
            BaselineSection.Append(html, "What it brought", comparison, showsVerdict: report.Summary is not null);
        if (report.Leaks is { Leaks.Count: > 0 } leaks)
            LeakSection.Append(html, leaks);
        if (report.Stages.Count > 0)
            HardSampleSection.Append(html, report.Stages);
        if (report.Training is { History.Count: > 0 } learned)
            ChartSection.Append(html, "Learning", LearningCharts.Of(learned.History).Select(CurveSvg.Draw));
        PageWriter.AppendNotes(html, "How to read this", [.. Conventions(report), .. report.Notes]);
        html.Append("</main>\n</body>\n</html>\n");
        return html.ToString();
    }

    private static string TimeOf(HashTrainingSummary? training) => training is null ? ""
        : string.Create(CultureInfo.InvariantCulture, $"{training.Steps:N0} steps in {Time(TimeSpan.FromSeconds(training.Seconds))}.");

    private static void AppendTiles(StringBuilder html, TrainingReport report)
    {
        if (report is { Comparison: null, Training: null })
            return;
        html.Append("<section class=\"tiles\" aria-label=\"Headline figures\">\n");
        if (report.Comparison is { } comparison)
            AppendFigures(html, comparison);
        if (report.Training is { } training)
        {
            if (training.ValidationMap is { } map)
                Headline.AppendTile(html, "mAP, validation", Share(map), "labels that did not train");
            Headline.AppendTile(html, "labeled images", Count(training.LabeledRows), $"and {Count(training.UnlabeledRows)} without a label");
            Headline.AppendTile(html, "steps", Count(training.Steps), $"in {Time(TimeSpan.FromSeconds(training.Seconds))}{EndOf(training.StopReason)}");
        }
        html.Append("</section>\n");
    }

    private static void AppendFigures(StringBuilder html, RetrievalComparison comparison)
    {
        if (comparison.Find(ComparedMethod.TrainedCodes) is not { } trained)
            return;
        string at = string.Create(CultureInfo.InvariantCulture, $"of the nearest {comparison.Cutoff}");
        Headline.AppendTile(html, "mAP, trained codes", Share(trained.All.MeanAveragePrecision), $"{Count(trained.All.Queries)} images that were held out");
        Headline.AppendTile(html, "share a label", Share(trained.All.Precision), at);
    }

    private static string EndOf(TrainingStopReason? reason) => reason switch
    {
        TrainingStopReason.TimeBudget => ", the time budget",
        TrainingStopReason.Canceled => ", then canceled",
        TrainingStopReason.NoImprovement => ", then no gain",
        _ => "",
    };

    private static void AppendWarnings(StringBuilder html, IReadOnlyList<string> warnings)
    {
        html.Append("<section class=\"leaks\">\n<h2>What seems wrong</h2>\n<ul>\n");
        foreach (string warning in warnings)
            html.Append($"<li>{Text(warning)}</li>\n");
        html.Append("</ul>\n</section>\n");
    }

    private static IEnumerable<string> Conventions(TrainingReport report)
    {
        if (report.Comparison is not null)
            yield return "All rankings answer the same queries, images whose labels did not train, over the same database. mAP is tie-averaged.";
        if (report.Stages.Count > 0)
            yield return "A hard sample is its image turned and partly covered."
                + (report.Stages[0].IsStoredView ? "" : " Difficulty 1 allows the largest angle and area, 0 the smallest.");
    }
}
