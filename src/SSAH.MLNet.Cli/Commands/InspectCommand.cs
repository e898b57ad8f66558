using System.CommandLine;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Inspection;
using SSAH.MLNet.Cli.Output;

namespace SSAH.MLNet.Cli.Commands;

/// <summary><c>ssah inspect FILE</c>: what a model, an index or a collection is, how it was made, and whether it is whole.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A model (.zip, .onnx), a file of codes, an index, a collection, or a folder that has one." };
        return new ToolCommand("inspect", "Say what a model, index or collection is, how it was made, and whether it is whole.",
            ("ssah inspect hasher.zip", "bits, method, training and checksum of a trained model"),
            ("ssah inspect photos --json", "the collection of a folder, as JSON"))
        {
            file,
        }.Runs((result, output, _) => Run(result.GetRequiredValue(file), output));
    }

    internal static int Run(string path, CommandOutput output)
    {
        InspectedFile found = InspectedFile.Read(path);
        output.Result(
            new { found.Path, found.Kind, found.Bytes, found.IsWhole, found.Damage,
                Properties = found.Facts.ToDictionary(fact => fact.Name, fact => fact.Value) },
            () =>
            {
                output.Line($": {found.Kind}, {CommandOutput.Count(found.Bytes)} bytes", found.Path);
                output.Table([.. found.Facts.Select(fact => new[] { "  " + fact.Title, fact.Text })]);
                output.Line(found.Damage is null ? "  whole: checksums hold" : $"  DAMAGED: {found.Damage}");
            });
        return found.IsWhole ? ExitCode.Done : ExitCode.No;
    }
}
