using System.CommandLine;
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
        return new ToolCommand("evaluate", "Say how well the labeled images of a collection find each other.",
            ("ssah evaluate photos", "mAP, precision@k and more, each labeled image searched among the others"),
            ("ssah evaluate photos --json > metrics.json", "all figures and curves, as JSON"))
        {
            photos, collection,
        }.Runs((result, output, cancellation) => Run(result.GetRequiredValue(photos), result.GetValue(collection), output, cancellation));
    }

    internal static int Run(string photos, string? collection, CommandOutput output, CancellationToken cancellation)
    {
        string path = CollectionPlace.Find(collection, photos);
        using ImageCollection opened = OpenedCollection.Open(path);
        HammingRetrievalMetrics metrics = Evaluate(LabeledCodes.ReadLabeled(opened, path), cancellation);
        output.Result(JsonDocument.Parse(metrics.ToJson()).RootElement, () => output.Line(metrics.ToString().TrimEnd()));
        output.Note("each labeled image is searched among the other labeled ones. Labels that the model was trained on flatter it: ssah train measures on "
            + "labels that it holds out.");
        return ExitCode.Done;
    }

    /// <summary>Each image is searched among the others.</summary>
    internal static HammingRetrievalMetrics Evaluate(LabeledCodes rows, CancellationToken cancellation) =>
        RetrievalEvaluation.Evaluate(rows.Codes, rows.Labels, rows.Codes, rows.Labels, new RetrievalOptions { ExcludeSameRow = true }, cancellation);
}
