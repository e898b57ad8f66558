using System.CommandLine;
using Microsoft.ML;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Duplicates;
using SSAH.MLNet.Cli.Output;

namespace SSAH.MLNet.Cli.Commands;

/// <summary><c>ssah compare A B</c>: whether two files show the same image, as an exit code too.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        Argument<string> first = new("A") { Description = "An image." }, second = new("B") { Description = "Another image." };
        var similarity = new Option<double>("--min-similarity") { Description = "How alike the pixels must be, 0.5 to 1.", DefaultValueFactory = _ =>
            0.99, HelpName = "SHARE" };
        return new ToolCommand("compare", "Say whether two files show the same image: exit code 0 where they do, 1 where not, 2 on errors.",
            ("ssah compare a.jpg b.png", "same image or different image, however large, turned or recompressed"),
            ("ssah compare --quiet a.jpg b.jpg > /dev/null && rm b.jpg", "the exit code in a script"))
        {
            first, second, similarity,
        }.Runs((result, output, cancellation) => Run(result.GetRequiredValue(first), result.GetRequiredValue(second), result.GetValue(similarity), output,
            cancellation));
    }

    internal static int Run(string first, string second, double similarity, CommandOutput output, CancellationToken cancellation)
    {
        foreach (string file in new[] { first, second })
            if (!File.Exists(file))
                throw new ToolException($"there is no file '{file}'.");
        if (Path.GetFullPath(first) == Path.GetFullPath(second))
            throw new ToolException("the two are one and the same file.");
        DuplicateReport report = new MLContext().HashRetrieval.FindDuplicates([first, second], new DuplicateOptions { MinSimilarity = similarity },
            cancellation);
        if (report.Skipped is [var bad, ..])
            throw new ToolException($"'{bad.Path}' cannot be compared: {bad.Reason}.");
        DuplicateImage? copy = report.Groups is [var group] ? group.Images[1] : null;
        string verdict = copy is null ? "different" : DuplicateText.Of(copy);
        output.Result(
            new { IsSame = copy is not null, Verdict = verdict, copy?.Kind, copy?.Pose, copy?.Similarity, copy?.Distance, Kept = copy is null ? null
                : report.Groups[0].Kept.Path },
            () => output.Line(copy is null ? "different images" : $"{copy.Path} is to {report.Groups[0].Kept.Path}: {verdict}"));
        if (copy is null && report.Uniform.Count > 0)
            output.Note($"'{report.Uniform[0]}' has one color only, and counts as the same only where the files are the same.");
        return copy is null ? ExitCode.No : ExitCode.Done;
    }
}
