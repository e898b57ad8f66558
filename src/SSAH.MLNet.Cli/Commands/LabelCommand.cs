using System.CommandLine;
using SSAH.MLNet.Cli.Collections;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Output;
using SSAH.MLNet.Collections;

namespace SSAH.MLNet.Cli.Commands;

/// <summary><c>ssah label</c>: shows, sets and takes away the labels of images.</summary>
internal static class LabelCommand
{
    /// <param name="Paths">Images and folders.</param>
    /// <param name="Collection">What <c>--collection</c> says.</param>
    /// <param name="ByFolder">Labels are the names of the folders.</param>
    /// <param name="Table">A table of paths and labels.</param>
    /// <param name="Separator">What stands between several labels in a cell of the table.</param>
    /// <param name="Set">Labels for all of the images.</param>
    /// <param name="Clear">Takes the labels away.</param>
    /// <param name="Replace">Whether labels by folder replace others.</param>
    internal sealed record Request(
        IReadOnlyList<string> Paths, string? Collection = null, bool ByFolder = false, string? Table = null, char? Separator = null,
            IReadOnlyList<string>? Set = null, bool Clear = false, bool Replace = false);

    public static Command Create()
    {
        var paths = new Argument<string[]>("PHOTOS") { Description = "Images, or folders with all that is below; the current folder where they are left "
            + "out.", Arity = ArgumentArity.ZeroOrMore };
        // An argument that takes any number of words takes misspelled options too, which would then be read as a question.
        paths.Validators.Add(result =>
        {
            foreach (string word in result.Tokens.Select(token => token.Value))
                if (word.StartsWith('-') && !Path.Exists(word))
                    result.AddError($"there is no option '{word}'.");
        });
        Option<string?> collection = CollectionPlace.NewOption();
        var byFolder = new Option<bool>("--by-folder") { Description = "Label images by the folder that they lie in. Images that have a label keep it." };
        var table = new Option<string?>("--table",
            "-t") { Description = "Take labels from a CSV or TSV file: its first line names the columns, the first column holds paths, the others labels.",
                HelpName = "FILE" };
        Option<char?> separator = SeparatorOption.New();
        var set = new Option<string[]>("--set", "-s") { Description = "Give the images this label in place of theirs; several times for several labels.",
            HelpName = "LABEL", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };
        var clear = new Option<bool>("--clear") { Description = "Take the labels of the images away." };
        var replace = new Option<bool>("--replace") { Description = "With --by-folder: also label images that have a label." };
        return new ToolCommand("label", "Show, set or take away labels.",
            ("ssah label photos --by-folder", "photos/dogs/1.jpg gets the label dogs"),
            ("ssah label photos/1.jpg photos/2.jpg --set dog", "two images get the label dog"))
        {
            paths, collection, byFolder, table, separator, set, clear, replace,
        }.Runs((result, output, cancellation) => Run(
            new Request(result.GetValue(paths) ?? [], result.GetValue(collection), result.GetValue(byFolder), result.GetValue(table),
                result.GetValue(separator), result.GetValue(set), result.GetValue(clear),
                result.GetValue(replace)), output));
    }

    internal static int Run(Request request, CommandOutput output)
    {
        string[] paths = request.Paths.Count > 0 ? [.. request.Paths] : ["."];
        if (new[] { request.ByFolder, request.Table is not null, request.Set is { Count: > 0 }, request.Clear }.Count(each => each) > 1)
            throw new ToolException("--by-folder, --table, --set and --clear exclude each other.");
        string path = CollectionPlace.Find(request.Collection, request.Table is not null && request.Paths.Count == 0
            ? Path.GetDirectoryName(Path.GetFullPath(request.Table))! : paths[0], ".");
        using ImageCollection collection = OpenedCollection.Open(path);
        LabelChange? change = request switch
        {
            { ByFolder: true } => LabelChange.ByFolder(collection, paths, request.Replace),
            { Table: { } table } => LabelChange.FromTable(collection, table, request.Separator),
            { Set: { Count: > 0 } labels } => LabelChange.Set(collection, paths, labels),
            { Clear: true } => LabelChange.Set(collection, paths, []),
            _ => null,
        };
        int unlabeled = collection.Count - collection.Images.Count(image => image.Labels.Count > 0);
        // Skipped in the browser: somebody looked and gave no label.
        int skipped = new Serve.Labeling.LabelHistory(collection).Skipped.Count(id => collection.Get(id) is { Labels.Count: 0 });
        output.Result(
            new { Collection = path, Changed = change?.Changed ?? 0, change?.Kept, change?.NotIndexed, collection.Labels,
                Unlabeled = unlabeled, Skipped = skipped },
            () =>
            {
                if (change is not null)
                    output.Line($"{CommandOutput.Count(change.Changed, "image")} labeled "
                        + $"anew{(change.Kept > 0 ? $"; {CommandOutput.Count(change.Kept)} kept the label that they had (--replace changes it)" : "")}");
                output.Table([.. collection.Labels.Select(label => new[] { CommandOutput.Count(label.Value), label.Key }),
                    [CommandOutput.Count(unlabeled),
                        skipped == 0 ? "(no label)" : $"(no label; {CommandOutput.Count(skipped)} of them skipped)"]], right: 0);
            });
        if (change is { NotIndexed: > 0 })
            output.Warn($"{CommandOutput.Count(change.NotIndexed, "image")} of what was named {(change.NotIndexed == 1 ? "is" : "are")} not in the "
                + $"collection: ssah index PHOTOS adds what is new, and says what it leaves out and why.");
        return ExitCode.Done;
    }
}
