using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using SSAH.MLNet.Cli.Collections;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Duplicates;
using SSAH.MLNet.Cli.Output;
using SSAH.MLNet.Reports;

namespace SSAH.MLNet.Cli.Commands;

/// <summary><c>ssah duplicates PHOTOS</c>: groups of copies, a page to look at, and a trash that can be undone.</summary>
internal static class DuplicatesCommand
{
    /// <param name="Photos">The folder.</param>
    /// <param name="Options">What counts as a copy, and which is kept.</param>
    /// <param name="Page">A page to write.</param>
    /// <param name="Applies">Whether copies are moved into the trash.</param>
    /// <param name="TakesAll">Whether images that show more than the kept one, or another edge, are moved too.</param>
    /// <param name="Skipped">Numbers of groups that are left alone.</param>
    /// <param name="Undoes">Whether what was moved the last time comes back.</param>
    /// <param name="Trash">The trash; null is the folder's own.</param>
    internal sealed record Request(
        string Photos, DuplicateOptions? Options = null, string? Page = null, bool Applies = false, bool TakesAll = false,
        IReadOnlyList<int>? Skipped = null, bool Undoes = false, string? Trash = null);

    public static Command Create()
    {
        var photos = new Argument<string>("PHOTOS") { Description = "The folder of images; everything below it is read. It needs no index." };
        var keep = new Option<DuplicateKeepRule>("--keep")
        {
            Description = "Which image of a group is kept: LargestImage (by pixels), LargestFile, Oldest or FirstPath.",
            DefaultValueFactory = _ => DuplicateKeepRule.LargestImage,
        };
        var changes = new Option<DuplicateChanges>("--changes")
        {
            Description = "What may have happened to a copy besides another size, format or brightness: None, Turned, Mirrored, Cropped, Captioned, "
                + "several between commas, or All.",
            DefaultValueFactory = _ => DuplicateChanges.All,
        };
        var similarity = new Option<double>("--min-similarity")
        {
            Description = "How alike the pixels must be, 0.5 to 1; 0.995 for scans of text and things on a plain ground.", DefaultValueFactory = _ =>
                0.99, HelpName = "SHARE",
        };
        var page = new Option<string?>("--html") { Description = "Write a page that shows the groups.", HelpName = "FILE" };
        var apply = new Option<bool>("--apply") { Description = "Move the copies into a trash folder. What shows more than the kept image stays." };
        var all = new Option<bool>("--all") { Description = "With --apply: also move images that show more than the kept one, or have another edge." };
        var skip = new Option<int[]>("--skip") { Description = "With --apply: leave these groups alone.", HelpName = "NUMBER",
            AllowMultipleArgumentsPerToken = true };
        var undo = new Option<bool>("--undo") { Description = "Bring back what --apply moved the last time." };
        var trash = new Option<string?>("--trash") { Description = "The trash folder. Without it: .ssah/trash in PHOTOS.", HelpName = "FOLDER" };
        Option<long?> pixels = PixelLimit.NewOption();
        return new ToolCommand("duplicates", "Find copies of the same image, also resized, recompressed, turned, cropped or captioned.",
            ("ssah duplicates photos --html duplicates.html", "lists groups of copies, and writes a page to look at; nothing is moved"),
            ("ssah duplicates photos --apply --skip 3 7", "moves the copies of all groups but two into photos/.ssah/trash; --undo brings them back"))
        {
            photos, keep, changes, similarity, page, apply, all, skip, undo, trash, pixels,
        }.Runs((result, output, cancellation) => Run(
            new Request(
                result.GetRequiredValue(photos),
                new DuplicateOptions
                {
                    Keep = result.GetValue(keep), Changes = result.GetValue(changes), MinSimilarity = result.GetValue(similarity),
                    Reading = PixelLimit.Reading(result.GetValue(pixels)),
                },
                result.GetValue(page), result.GetValue(apply), result.GetValue(all), result.GetValue(skip), result.GetValue(undo), result.GetValue(trash)),
            output, cancellation));
    }

    internal static int Run(Request request, CommandOutput output, CancellationToken cancellation)
    {
        if (!Directory.Exists(request.Photos))
            throw new ToolException($"there is no folder '{request.Photos}'.");
        var trash = new DuplicateTrash(request.Trash ?? DuplicateTrash.DefaultFor(request.Photos));
        if (request.Undoes)
            return Undo(trash, output);
        DuplicateReport report = Find(ImageList.Below(request.Photos), request.Options ?? new DuplicateOptions(), output, cancellation);
        SyncOutput.WarnOfSkipped(output, report.Skipped);
        if (request.Page is { } page)
            DuplicatePage.Write(page, report, Path.GetFullPath(request.Photos), cancellation);
        string[] moved = request.Applies ? Chosen(report, request) : [];
        string? batch = moved.Length > 0 ? trash.Move(Path.GetFullPath(request.Photos), moved, cancellation) : null;
        output.Result(ToJson(report, moved, batch, request.Page), () => Write(report, request, moved, batch, output));
        return ExitCode.Done;
    }

    private static DuplicateReport Find(IReadOnlyList<string> paths, DuplicateOptions options, CommandOutput output, CancellationToken cancellation) =>
        output.Progress("looking for copies", "images", progress => new MLContext().HashRetrieval.FindDuplicates(
            paths, options with { Progress = new DuplicatesProgress(progress) }, cancellation));

    private static string[] Chosen(DuplicateReport report, Request request)
    {
        HashSet<int> left = [.. request.Skipped ?? []];
        if (left.FirstOrDefault(number => number < 1 || number > report.Groups.Count) is not 0 and var wrong)
            throw new ToolException($"there is no group {wrong}: groups are numbered from 1 to {report.Groups.Count}.");
        return [.. report.Groups.Where((_, i) => !left.Contains(i + 1)).SelectMany(group => group.Copies).Where(copy =>
            request.TakesAll || LosesNothing(copy)).Select(copy => copy.Path)];
    }

    // Of these the kept image shows everything.
    private static bool LosesNothing(DuplicateImage copy) => copy.Kind is DuplicateKind.SameFile or DuplicateKind.SameImage or DuplicateKind.Part;

    private static void Write(DuplicateReport report, Request request, string[] moved, string? batch, CommandOutput output)
    {
        foreach ((int number, DuplicateGroup group) in report.Groups.Index())
        {
            output.Line("", $"group {number + 1}");
            output.Table([.. group.Images.Select(image => new[]
            {
                image.Kind == DuplicateKind.Kept ? "  keep" : "  copy", $"{image.Width} x {image.Height}", DuplicateText.Bytes(image.FileSize),
                    PathText.Of(image.Path), DuplicateText.Of(image),
            })], 1, 2);
        }
        output.Line($"{CommandOutput.Count(report.Files, "image")}: {CommandOutput.Count(report.Groups.Count, "group")} with "
            + $"{CommandOutput.Count(report.CopyCount)} "
            + $"{(report.CopyCount == 1 ? "copy" : "copies")}, {DuplicateText.Bytes(report.CopyBytes)}");
        if (batch is not null)
            output.Line($"{CommandOutput.Count(moved.Length, "file")} moved into {PathText.Of(batch)}; --undo brings them back");
        else if (request.Applies)
            output.Line("nothing was moved");
        else if (report.Groups.Count > 0)
            output.Note("nothing was moved: --apply moves the copies into a trash folder.");
        if (request.Applies && moved.Length < report.CopyCount)
            output.Note($"{CommandOutput.Count(report.CopyCount - moved.Length)} stay where they are: groups of --skip, and images that show more than the "
                + $"kept one (--all moves those too).");
        if (request.Page is { } page)
            output.Line($"page: {PathText.Of(page)}");
    }

    private static object ToJson(DuplicateReport report, string[] moved, string? batch, string? page) => new
    {
        report.Files, Copies = report.CopyCount, report.CopyBytes, report.Skipped, report.Uniform, Moved = moved, Trash = batch, Page = page is null ? null
            : Path.GetFullPath(page),
        Groups = report.Groups.Select((group, i) => new { Number = i + 1, group.Images }),
    };

    private static int Undo(DuplicateTrash trash, CommandOutput output)
    {
        (IReadOnlyList<string> back, IReadOnlyList<string> problems) = trash.Undo();
        foreach (string problem in problems)
            output.Warn(problem);
        output.Result(new { Back = back, Problems = problems }, () => output.Line($"{CommandOutput.Count(back.Count, "file")} brought back"));
        return problems.Count == 0 ? ExitCode.Done : ExitCode.Error;
    }
}
