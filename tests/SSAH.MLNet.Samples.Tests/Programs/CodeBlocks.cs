namespace SSAH.MLNet.Samples.Tests.Programs;

/// <summary>A C# code block of a document.</summary>
/// <param name="Document">The document, from the top of the repository.</param>
/// <param name="Line">Line that the code begins on.</param>
/// <param name="Code">The code.</param>
internal sealed record CodeBlock(string Document, int Line, string Code);

/// <summary>The C# code blocks of documents.</summary>
internal static class CodeBlocks
{
    /// <summary>A data view is computed when it is read: asks for what README's example ends with.</summary>
    public const string AskForReadmeNeighbors =
        "\nConsole.WriteLine(\"neighbors \" + string.Join(' ', Microsoft.ML.Data.ColumnCursorExtensions.GetColumn<string[]>(nearest, \"NeighborsImagePath\")"
        + ".Select(paths => paths.Distinct().Count(System.IO.File.Exists))));\n";

    /// <summary>README, the packages' own and everything in docs.</summary>
    public static IEnumerable<string> Documents =>
        ["README.md", .. new[] { "docs", "src" }.SelectMany(folder => Directory.EnumerateFiles(Repository.At(folder), "*.md", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/')).Where(path => !path.Contains("/obj/", StringComparison.Ordinal)
                && !path.Contains("/bin/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>The blocks of one document, in order.</summary>
    public static IReadOnlyList<CodeBlock> Of(string document)
    {
        var blocks = new List<CodeBlock>();
        string[] lines = File.ReadAllLines(Repository.At(document));
        for (int start = Array.FindIndex(lines, line => line.TrimStart() == "```csharp"); start >= 0;)
        {
            int end = Array.FindIndex(lines, start + 1, line => line.TrimStart() == "```");
            Assert.True(end > 0, $"The code block of {document} line {start + 1} has no end.");
            blocks.Add(new CodeBlock(document, start + 2, string.Join('\n', lines[(start + 1)..end])));
            start = Array.FindIndex(lines, end + 1, line => line.TrimStart() == "```csharp");
        }
        return blocks;
    }
}
