using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SSAH.MLNet.Cli.Collections;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Output;
using SSAH.MLNet.Collections;
using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet.Cli.Commands;

/// <summary><c>ssah evaluate</c>: how well the labeled images of a collection find each other.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        Argument<string> photos = CollectionPlace.NewFolder();
        Option<string?> collection = CollectionPlace.NewOption();
        var all = new Option<bool>("--all") { Description = "Write every figure, not only those that matter most." };
        return new ToolCommand("evaluate", "Say how well the labeled images of a collection find each other.",
            ("ssah evaluate photos", "mAP, precision@k and more, each labeled image searched among the others"),
            ("ssah evaluate photos --json > metrics.json", "all figures and curves, as JSON"))
        {
            photos, collection, all,
        }.Runs((result, output, cancellation) => Run(result.GetRequiredValue(photos), result.GetValue(collection), result.GetValue(all), output,
            cancellation));
    }

    internal static int Run(string photos, string? collection, bool all, CommandOutput output, CancellationToken cancellation)
    {
        string path = CollectionPlace.Find(collection, photos);
        using ImageCollection opened = OpenedCollection.Open(path);
        HammingRetrievalMetrics metrics = Evaluate(LabeledCodes.ReadLabeled(opened, path), cancellation);
        output.Result(JsonDocument.Parse(metrics.ToJson()).RootElement, () =>
        {
            if (all)
                output.Line(metrics.ToString().TrimEnd());
            else
                WriteFew(metrics, output);
        });
        output.Note("each labeled image is searched among the other labeled ones. Labels that the model was trained on flatter it: ssah train measures on "
            + "labels that it holds out.");
        return ExitCode.Done;
    }

    private static void WriteFew(HammingRetrievalMetrics metrics, CommandOutput output)
    {
        output.Line($"{CommandOutput.Count(metrics.QueryCount, "labeled image")} of {metrics.Classes.Count} classes, each searched among the others, "
            + $"{metrics.Bits} bits");
        List<string[]> rows = [["  mAP", Figure(metrics.MeanAveragePrecision), metrics.Confidence is { } c
            ? $"{Figure(c.Lower)} to {Figure(c.Upper)} over the images" : ""]];
        foreach (CutoffMetrics cutoff in metrics.Cutoffs.Where(each => each.K < metrics.DatabaseCount))
            rows.Add([$"  precision@{cutoff.K}", Figure(cutoff.Precision), cutoff.K == 1 ? "the nearest image shares a label"
                : $"{Figure(cutoff.HitRate)} have one that does"]);
        output.Table(rows);
    }

    private static string Figure(double value) => value.ToString("F3", CultureInfo.InvariantCulture);

    /// <summary>Each image is searched among the others.</summary>
    internal static HammingRetrievalMetrics Evaluate(LabeledCodes rows, CancellationToken cancellation) =>
        RetrievalEvaluation.Evaluate(rows.Codes, rows.Labels, rows.Codes, rows.Labels, new RetrievalOptions { ExcludeSameRow = true }, cancellation);
}
