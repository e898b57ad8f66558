using System.CommandLine;
using Microsoft.ML;
using SSAH.MLNet.Cli.Commands;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Output;
using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet.Train.Cli;

/// <summary><c>ssah-train PHOTOS|TABLE</c>: learns codes from labeled and unlabeled images, and says what that brought.</summary>
internal static class TrainTool
{
    /// <param name="Images">A folder with a folder for each class, or a table of paths and labels.</param>
    /// <param name="Out">The model.</param>
    /// <param name="Bits">Code length.</param>
    /// <param name="HoldOut">Share of each class's labels that measure and do not train.</param>
    /// <param name="Separator">What stands between several labels in a cell of the table.</param>
    /// <param name="Seed">Seed of the split and of the training.</param>
    /// <param name="Page">A page to write.</param>
    internal sealed record Request(string Images, string Out, int Bits, double HoldOut, char? Separator, int Seed, string? Page = null);

    public static RootCommand Create()
    {
        var images = new Argument<string>("PHOTOS|TABLE") { Description = "A folder with a folder for each class, or a CSV or TSV table whose first column "
            + "holds paths and whose others hold labels." };
        var file = new Option<string>("--out", "-o") { Description = "The model.", DefaultValueFactory = _ => "hasher.zip", HelpName = "FILE" };
        var bits = new Option<int>("--bits", "-b") { Description = "Code length, 1 to 512.", DefaultValueFactory = _ => 64, HelpName = "N" };
        var holdOut = new Option<double>("--hold-out") { Description = "Share of the labels that first measure what training brings, 0 to 0.9; then all "
            + "train. 0 measures nothing.", DefaultValueFactory = _ => 0.2, HelpName = "SHARE" };
        Option<char?> separator = SeparatorOption.New();
        var seed = new Option<int>("--seed") { Description = "Seed of split and training.", DefaultValueFactory = _ => 1, HelpName = "N" };
        var page = new Option<string?>("--html") { Description = "Also write a page: what training brought, and hard samples beside their images.",
            HelpName = "FILE" };
        var root = new RootCommand("Learns binary codes for images from a few labels.") { images, file, bits, holdOut, separator, seed, page,
            CompletionCommand.Create("ssah-train") };
        root.SetAction((result, cancellation) => Task.FromResult(CommandErrors.Guard(OutputOptions.OpenOutput(result), output => Run(
            new Request(result.GetRequiredValue(images), result.GetRequiredValue(file), result.GetValue(bits), result.GetValue(holdOut),
                result.GetValue(separator), result.GetValue(seed), result.GetValue(page)), output, cancellation))));
        return ToolRun.WithOutputOptions(root);
    }

    internal static int Run(Request request, CommandOutput output, CancellationToken cancellation)
    {
        if (request.HoldOut is not (>= 0 and <= 0.9))
            throw new ToolException("--hold-out is a share from 0 to 0.9.");
        if (request.Page is { } page)
            CheckPage(page, request.Out);
        var context = new MLContext(request.Seed);
        LabeledPaths all = LabeledPaths.Read(context, request.Images, request.Separator);
        var training = new HasherTraining(context, request.Bits, request.Seed, output, cancellation);
        MeasuredTraining? measured = request.HoldOut > 0 ? Measure(all, request, training) : null;
        if (measured is null && request.HoldOut > 0)
            output.Warn("there are too few labels to hold some out, so that nothing is measured.");
        var stages = new List<HardSampleStage>();
        (HashEncoder encoder, DataViewSchema schema) = training.Fit(all, "learning from all labels", request.Page is null ? null : stages.Add);
        using (encoder)
        {
            context.Model.Save(encoder, schema, request.Out);
            if (request.Page is not null)
                TrainingPage.Write(request.Page, all, encoder, measured, stages);
            output.Result(
                new
                {
                    Model = Path.GetFullPath(request.Out), encoder.ModelId, encoder.Bits, Labeled = all.LabeledCount,
                        Unlabeled = all.Count - all.LabeledCount, HeldOut = measured?.HeldOut ?? 0,
                    Rankings = measured?.Comparison.Rankings.Select(ranking =>
                        new { ranking.Method, ranking.Name, ranking.All.MeanAveragePrecision, ranking.All.Precision }), measured?.Comparison.Verdict,
                    measured?.Leaks.Leaks, Copies = measured?.CopiesRemark, encoder.TrainingSummary?.Warnings,
                    Page = request.Page is null ? null : Path.GetFullPath(request.Page),
                },
                () => Write(request, encoder, all, measured, output));
        }
        return ExitCode.Done;
    }

    // What is wrong with the page's file must not come out after the training.
    private static void CheckPage(string page, string model)
    {
        if (string.IsNullOrWhiteSpace(page) || Directory.Exists(page))
            throw new ToolException($"--html is the page's file, not '{page}'.");
        if (Path.GetFullPath(page) == Path.GetFullPath(model))
            throw new ToolException($"--html and --out are the same file, '{page}'.");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(page))!);
    }

    // Null where there is too little to hold out.
    private static MeasuredTraining? Measure(LabeledPaths all, Request request, HasherTraining training)
    {
        DuplicateReport copies = training.FindCopies(all);
        (LabeledPaths train, LabeledPaths held) = all.HoldOut(request.HoldOut, request.Seed,
            copies.Groups.Select(group => group.Images.Select(image => image.Path)));
        if (held.Count < 2)
            return null;
        RetrievalComparison comparison = training.Measure(train, held);
        return new MeasuredTraining(comparison, training.FindLeaks(held, train.Labeled()), held.Count, all.Count - train.Count - held.Count, copies);
    }

    private static void Write(Request request, HashEncoder encoder, LabeledPaths all, MeasuredTraining? measured, CommandOutput output)
    {
        if (measured is not null)
        {
            output.Line(measured.Comparison.ToString().TrimEnd());
            if (measured.CopiesRemark is { } copies)
                output.Line(copies);
        }
        output.Line($": {encoder.Bits} bits from {CommandOutput.Count(all.LabeledCount)} labeled and "
            + $"{CommandOutput.Count(all.Count - all.LabeledCount)} unlabeled images", request.Out);
        if (request.Page is { } page)
            output.Line($"page: {page}");
    }
}
