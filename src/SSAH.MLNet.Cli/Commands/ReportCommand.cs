using System.CommandLine;
using SSAH.MLNet.Cli.Collections;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Models;
using SSAH.MLNet.Cli.Output;
using SSAH.MLNet.Collections;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Reports;

namespace SSAH.MLNet.Cli.Commands;

/// <summary><c>ssah report</c>: a page about how well a collection is searched.</summary>
internal static class ReportCommand
{
    private const int Queries = 12, Neighbors = 10;

    public static Command Create()
    {
        Argument<string> photos = CollectionPlace.NewFolder();
        Option<string?> collection = CollectionPlace.NewOption();
        var file = new Option<string>("--out", "-o") { Description = "The page.", DefaultValueFactory = _ => "report.html", HelpName = "FILE" };
        Option<bool> noLeaks = LeakCheck.NewOption();
        return new ToolCommand("report", "Write a page about how well the labeled images of a collection find each other.",
            ("ssah report photos", "report.html: figures, charts, and images with their nearest ones, in one file"),
            ("ssah report --collection photos --out /tmp/photos.html", "the page at another place"))
        {
            photos, collection, file, noLeaks,
        }.Runs((result, output, cancellation) => Run(result.GetRequiredValue(photos), result.GetValue(collection), result.GetRequiredValue(file),
            !result.GetValue(noLeaks), output, cancellation));
    }

    internal static int Run(string photos, string? collection, string file, bool leaks, CommandOutput output, CancellationToken cancellation)
    {
        string path = CollectionPlace.Find(collection, photos);
        using ImageCollection opened = OpenedCollection.Open(path);
        LabeledCodes rows = LabeledCodes.ReadLabeled(opened, path);
        HammingRetrievalMetrics metrics = EvaluateCommand.Evaluate(rows, cancellation);
        LeakReport? found = leaks ? LeakCheck.Run(rows.Images, output, cancellation) : null;
        new RetrievalReport
        {
            Title = $"How {PathText.Of(opened.Folders is [var first, ..] ? first : path)} is searched",
            Facts =
            [
                new("Collection", path), new("Images", $"{CommandOutput.Count(opened.Count)}, {CommandOutput.Count(rows.Images.Count)} of them labeled"),
                new("Model", ModelChoice.Describe(opened.Encoder)),
            ],
            Runs = [new ReportRun(ModelChoice.Describe(opened.Encoder), metrics)],
            Gallery = Gallery(opened, rows, cancellation),
            GalleryRemark = "The queries are not picked: the first of each class.",
            Leaks = found,
            Training = opened.Encoder.TrainingSummary,
            Notes = ["Each labeled image is searched among the other labeled ones. Labels that the model was trained on flatter it."],
        }.Write(file);
        output.Result(new { Report = Path.GetFullPath(file), metrics.MeanAveragePrecision, metrics.QueryCount, found?.Leaks }, () =>
        {
            output.Line(PathText.Of(file));
            if (found is { Leaks.Count: > 0 })
                output.Line($"{found}");
        });
        return ExitCode.Done;
    }

    private static ReportQuery[] Gallery(ImageCollection collection, LabeledCodes rows, CancellationToken cancellation)
    {
        ImageFilter labeled = !ImageFilter.Unlabeled;
        // The first of each class, then the second of each.
        CollectionImage[] queries = [.. rows.Images.GroupBy(image => image.Labels[0]).SelectMany(group => group.Select((image, turn) => (image, turn)))
            .OrderBy(each => each.turn).Take(Queries).Select(each => each.image).OrderBy(image => image.Labels[0], StringComparer.Ordinal)];
        var shown = new List<ReportQuery>();
        foreach (CollectionImage query in queries)
        {
            cancellation.ThrowIfCancellationRequested();
            if (CollectionThumbnails.Read(query) is not { } image)
                continue;
            shown.Add(new ReportQuery(image, [.. collection.Search(query.Id, Neighbors, labeled)
                .Select(match => (Thumbnail: CollectionThumbnails.Read(match.Image), match))
                .Where(each => each.Thumbnail is not null)
                .Select(each => new ReportNeighbor(each.Thumbnail!, each.match.Distance, each.match.Image.Labels.Intersect(query.Labels).Any()))]));
        }
        return [.. shown];
    }
}
