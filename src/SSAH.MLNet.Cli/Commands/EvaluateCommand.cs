using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML;
using SSAH.MLNet.Cli.Collections;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Models;
using SSAH.MLNet.Cli.Output;
using SSAH.MLNet.Collections;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Reports;

namespace SSAH.MLNet.Cli.Commands;

/// <summary><c>ssah evaluate</c>: how well the labeled images of a collection find each other.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        Argument<string> photos = CollectionPlace.NewFolder();
        Option<string?> collection = CollectionPlace.NewOption();
        var all = new Option<bool>("--all") { Description = "Write every figure, not only those that matter most." };
        var robust = new Option<bool>("--robust")
        {
            Description = "Search with each labeled image turned, covered, scaled, cropped, darker, blurred and recompressed, too: 32 views of each.",
        };
        Option<bool> noLeaks = LeakCheck.NewOption();
        var page = new Option<string?>("--html") { Description = "With --robust: also write a page, with what some images find when they are changed.",
            HelpName = "FILE" };
        return new ToolCommand("evaluate", "Say how well the labeled images of a collection find each other.",
            ("ssah evaluate photos", "mAP, precision@k and more, each labeled image searched among the others"),
            ("ssah evaluate photos --robust", "what is lost when a photo is turned, covered, cropped, dark or blurred"))
        {
            photos, collection, all, robust, page, noLeaks,
        }.Runs((result, output, cancellation) => result.GetValue(robust)
            ? RunRobust(result.GetRequiredValue(photos), result.GetValue(collection), result.GetValue(page), output, cancellation)
            : result.GetValue(page) is not null ? throw new ToolException("--html goes with --robust; ssah report writes the page of the other figures.")
            : Run(result.GetRequiredValue(photos), result.GetValue(collection), result.GetValue(all), !result.GetValue(noLeaks),
                output, cancellation));
    }

    internal static int Run(string photos, string? collection, bool all, bool leaks, CommandOutput output, CancellationToken cancellation)
    {
        string path = CollectionPlace.Find(collection, photos);
        using ImageCollection opened = OpenedCollection.Open(path);
        LabeledCodes labeled = LabeledCodes.ReadLabeled(opened, path);
        HammingRetrievalMetrics metrics = Evaluate(labeled, cancellation);
        LeakReport? found = leaks ? LeakCheck.Run(labeled.Images, output, cancellation) : null;
        JsonNode json = JsonNode.Parse(metrics.ToJson())!;
        json["leaks"] = JsonSerializer.SerializeToNode(found?.Leaks, CommandOutput.Json);
        output.Result(json, () =>
        {
            if (all)
                output.Line(metrics.ToString().TrimEnd());
            else
                WriteFew(metrics, output);
            if (found is { Leaks.Count: > 0 })
                output.Line($"  {found}");
        });
        output.Note("each labeled image is searched among the other labeled ones. Labels that the model was trained on flatter it: ssah train measures on "
            + "labels that it holds out.");
        return ExitCode.Done;
    }

    internal static int RunRobust(string photos, string? collection, string? page, CommandOutput output, CancellationToken cancellation)
    {
        string path = CollectionPlace.Find(collection, photos);
        using ImageCollection opened = OpenedCollection.Open(path);
        LabeledCodes labeled = LabeledCodes.ReadLabeled(opened, path);
        HashEncoder encoder = opened.Encoder;
        string folder = Directory.CreateTempSubdirectory("ssah-evaluate-").FullName;
        try
        {
            string table = Path.Combine(folder, "labels.tsv");
            LabelTableFile.Write(labeled.Images, table);
            var context = new MLContext();
            ImageFiles images = context.Data.LoadImageTable(table, encoder.InputShape.Width, encoder.InputShape.Height,
                new ImageTableOptions { Resizing = encoder.Resizing, LabelSeparator = LabelTableFile.Separator });
            RobustnessMetrics metrics = output.Progress("views", "images", progress => context.HashRetrieval.EvaluateRobustness(
                encoder, images, images, "Label", new RobustnessOptions
                {
                    ExcludeSameRow = true,
                    Progress = new Share(progress, labeled.Images.Count),
                }, cancellation));
            if (page is not null)
                WritePage(page, metrics, opened, path, images, output, cancellation);
            output.Result(metrics, () =>
            {
                output.Line(metrics.ToString().TrimEnd());
                if (page is not null)
                    output.Line($"page: {PathText.Of(page)}");
            });
            return ExitCode.Done;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void WritePage(
        string page, RobustnessMetrics metrics, ImageCollection collection, string path, ImageFiles images, CommandOutput output,
        CancellationToken cancellation)
    {
        output.Note("writing the page: the images are encoded once more");
        new RobustnessReport
        {
            Title = $"What {PathText.Of(collection.Folders is [var first, ..] ? first : path)} finds when queries are changed",
            Metrics = metrics,
            Facts = [new("Collection", path), new("Model", ModelChoice.Describe(collection.Encoder))],
            Gallery = RobustnessGallery.Read(collection.Encoder, images, images, metrics, cancellationToken: cancellation),
            Notes = ["Each labeled image is searched among the other labeled ones. Labels that the model was trained on flatter it."],
        }.Write(page);
    }

    private sealed class Share(IProgress<WorkDone> progress, int images) : IProgress<double>
    {
        public void Report(double value) => progress.Report(new WorkDone((long)(value * images), images));
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
