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

    /// <param name="Photos">A folder of the collection.</param>
    /// <param name="Collection">What <c>--collection</c> says.</param>
    /// <param name="File">The page.</param>
    /// <param name="Beside">Other collections, and files of figures.</param>
    /// <param name="LooksForLeaks">Whether to look for copies among the labeled images.</param>
    internal sealed record Request(string Photos, string? Collection, string File, IReadOnlyList<string> Beside, bool LooksForLeaks);

    public static Command Create()
    {
        Argument<string> photos = CollectionPlace.NewFolder();
        Option<string?> collection = CollectionPlace.NewOption();
        var file = new Option<string>("--out", "-o") { Description = "The page.", DefaultValueFactory = _ => "report.html", HelpName = "FILE" };
        Option<bool> noLeaks = LeakCheck.NewOption();
        var beside = new Option<string[]>("--beside", "-b") { Description = "Show these beside it: other collections (a folder or a file), or figures that "
            + "ssah evaluate --json wrote.", HelpName = "COLLECTION|JSON", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };
        return new ToolCommand("report", "Write a page about how well the labeled images of a collection find each other.",
            ("ssah report photos", "report.html: figures, charts, and images with their nearest ones, in one file"),
            ("ssah report photos --beside copies.db --out both.html", "two models of the same photos in one page"))
        {
            photos, collection, file, beside, noLeaks,
        }.Runs((result, output, cancellation) => Run(new Request(result.GetRequiredValue(photos), result.GetValue(collection),
            result.GetRequiredValue(file), result.GetValue(beside) ?? [], !result.GetValue(noLeaks)), output, cancellation));
    }

    internal static int Run(Request request, CommandOutput output, CancellationToken cancellation)
    {
        string path = CollectionPlace.Find(request.Collection, request.Photos);
        ReportRun[] others = [.. request.Beside.Select(other => BesideRun.Read(other, cancellation))];
        using ImageCollection opened = OpenedCollection.Open(path);
        LabeledCodes rows = LabeledCodes.ReadLabeled(opened, path);
        HammingRetrievalMetrics metrics = EvaluateCommand.Evaluate(rows, cancellation);
        LeakReport? found = request.LooksForLeaks ? LeakCheck.Run(rows.Images, output, cancellation) : null;
        new RetrievalReport
        {
            Title = $"How {PathText.Of(opened.Folders is [var first, ..] ? first : path)} is searched",
            Facts =
            [
                new("Collection", path), new("Images", $"{CommandOutput.Count(opened.Count)}, {CommandOutput.Count(rows.Images.Count)} of them labeled"),
                new("Model", ModelChoice.Describe(opened.Encoder)),
            ],
            Runs = [new ReportRun(ModelChoice.Describe(opened.Encoder), metrics), .. others],
            Confusion = NeighborConfusion.Of(rows.Codes, rows.Labels, rows.Codes, rows.Labels, excludeSameRow: true, cancellationToken: cancellation),
            Gallery = Gallery(opened, rows, cancellation),
            GalleryRemark = "The queries are not picked: the first of each class.",
            Leaks = found,
            Training = opened.Encoder.TrainingSummary,
            Notes = ["Each labeled image is searched among the other labeled ones. Labels that the model was trained on flatter it."],
        }.Write(request.File);
        output.Result(new { Report = Path.GetFullPath(request.File), metrics.MeanAveragePrecision, metrics.QueryCount, found?.Leaks }, () =>
        {
            output.Line(PathText.Of(request.File));
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
