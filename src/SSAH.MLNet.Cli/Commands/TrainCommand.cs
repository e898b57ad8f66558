using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SSAH.MLNet.Cli.Collections;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Models;
using SSAH.MLNet.Cli.Output;
using SSAH.MLNet.Collections;

namespace SSAH.MLNet.Cli.Commands;

/// <summary><c>ssah train</c>: learns a model from a collection's images and labels, says what that brought, and switches the collection to it.</summary>
internal static class TrainCommand
{
    /// <param name="Photos">A folder of the collection.</param>
    /// <param name="Collection">What <c>--collection</c> says.</param>
    /// <param name="Bits">Code length; null is the trainer's default.</param>
    /// <param name="HoldOut">Share of the labels that measure; null is the trainer's default.</param>
    /// <param name="Out">Keeps the model in a file too.</param>
    /// <param name="Page">A page to write.</param>
    internal sealed record Request(
        string Photos, string? Collection = null, int? Bits = null, double? HoldOut = null, string? Out = null, string? Page = null);

    public static Command Create()
    {
        Argument<string> photos = CollectionPlace.NewFolder();
        Option<string?> collection = CollectionPlace.NewOption();
        var bits = new Option<int?>("--bits", "-b") { Description = "Code length, 1 to 512; 64 by default.", HelpName = "N" };
        var holdOut = new Option<double?>("--hold-out") { Description = "Share of the labels that first measure what training brings; 0.2 by default.",
            HelpName = "SHARE" };
        var file = new Option<string?>("--out", "-o") { Description = "Keep the model in a file too, for ssah index --model FILE and for programs.",
            HelpName = "FILE" };
        var page = new Option<string?>("--html") { Description = "Also write a page: what training brought, and hard samples beside their images.",
            HelpName = "FILE" };
        return new ToolCommand("train", "Learn a model from the labels of a collection, say what that brought, and switch to it.",
            ("ssah train photos --html training.html", "measures on a fifth of the labels, learns from all, encodes the collection again; writes a page"),
            ("ssah train photos --bits 128 --out hasher.zip", "longer codes, and the model as a file"))
        {
            photos, collection, bits, holdOut, file, page,
        }.Runs((result, output, cancellation) => Run(
            new Request(result.GetRequiredValue(photos), result.GetValue(collection), result.GetValue(bits), result.GetValue(holdOut),
                result.GetValue(file), result.GetValue(page)), output, cancellation));
    }

    internal static int Run(Request request, CommandOutput output, CancellationToken cancellation)
    {
        string path = CollectionPlace.Find(request.Collection, request.Photos);
        using ImageCollection collection = OpenedCollection.Open(path);
        var training = new CollectionTraining(collection, TrainerProgram.Find());
        TrainedCollection trained = training.Run(request.Out, ArgumentsOf(request, output), onLine: null, work => SyncOutput.Run(output, work), cancellation);
        using HashEncoder encoder = trained.Encoder;
        SyncOutput.WarnOfSkipped(output, trained.Switched);
        output.Result(
            new { Collection = path, trained.Training, Encoded = trained.Switched.Changed, trained.Switched.Skipped, Model = request.Out,
                Page = request.Page is null ? null : Path.GetFullPath(request.Page) },
            () =>
            {
                WriteComparison(trained.Training, output);
                output.Line($": {CommandOutput.Count(collection.Count, "image")} encoded again ({ModelChoice.Describe(encoder)})", PathText.Of(path));
                if (request.Page is { } page)
                    output.Line($"page: {PathText.Of(page)}");
            });
        return ExitCode.Done;
    }

    private static IEnumerable<string> ArgumentsOf(Request request, CommandOutput output)
    {
        if (request.Bits is { } bits)
            yield return $"--bits={bits.ToString(CultureInfo.InvariantCulture)}";
        if (request.HoldOut is { } share)
            yield return $"--hold-out={share.ToString(CultureInfo.InvariantCulture)}";
        if (request.Page is { } page)
            yield return $"--html={page}";
        if (output.IsQuiet)
            yield return "--quiet";
    }

    private static void WriteComparison(JsonElement training, CommandOutput output)
    {
        if (training.GetProperty("verdict").GetString() is not { } verdict)
            return;
        List<string[]> rows = [["", "mAP", "precision@10"]];
        foreach (JsonElement ranking in training.GetProperty("rankings").EnumerateArray())
            rows.Add([
                ranking.GetProperty("name").GetString()!, Figure(ranking, "meanAveragePrecision"), Figure(ranking, "precision"),
            ]);
        output.Line($"measured on {training.GetProperty("heldOut").GetInt32()} labeled images that were held out:");
        output.Table(rows);
        output.Line(verdict);
        if (training.TryGetProperty("copies", out JsonElement copies) && copies.GetString() is { } remark)
            output.Line(remark);
    }

    private static string Figure(JsonElement ranking, string name) => ranking.GetProperty(name).GetDouble().ToString("F3", CultureInfo.InvariantCulture);
}
