using System.Text.RegularExpressions;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.VectorData.Tests.Postgres;

namespace SSAH.MLNet.Cli.Tests.Commands;

/// <summary>Every command line of the tool in README and docs, in the order of its page, in one folder.</summary>
public sealed partial class DocumentationTests
{
    /// <summary>Pages with command lines.</summary>
    public static TheoryData<string> Pages => [.. Directory.EnumerateFiles(Path.Combine(Root(), "docs"), "*.md", SearchOption.AllDirectories)
        .Append(Path.Combine(Root(), "README.md")).Where(page => CommandLines().IsMatch(File.ReadAllText(page)))
        .Select(page => Path.GetRelativePath(Root(), page).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    [Fact]
    public void Pages_with_command_lines_are_found() =>
        Assert.Superset(new HashSet<string> { "README.md", "docs/cli.md", "docs/first-ten-minutes.md", "docs/tutorials/photo-library.md" },
            Pages.Select(page => page.Data).ToHashSet());

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Command_lines_of_the_documentation_run(string document)
    {
        using var folder = new TempFolder();
        DrawnPhotos.Write(folder.At("photos", "cats"), 5);
        DrawnPhotos.Write(folder.At("photos"), 2, first: 1);
        DrawnPhotos.Write(folder.At("new-photos"), 2, first: 20);
        folder.Write("photos/fruit/banana.png", DrawnPhotos.Scene(11));
        folder.Write("photos/dog.jpg", DrawnPhotos.Scene(7));
        folder.Write("photos/dogs/small.jpg", DrawnPhotos.Small(7));
        folder.Write("a.jpg", DrawnPhotos.Scene(7));
        folder.Write("b.png", DrawnPhotos.Small(7));
        folder.Write("labels.csv", "path,labels\nphotos/dog.jpg,dog;brown\n"u8.ToArray());
        using (var model = HashEncoder.PerceptualHash())
            new Microsoft.ML.MLContext().Model.Save(model, null, folder.At("hasher.zip"));
        string[] lines = [.. CommandLines().Matches(File.ReadAllText(Path.Combine(Root(), document))).Select(match => match.Groups[1].Value.Trim())];
        Assert.InRange(lines.Length, 1, 100);
        bool needsServer = lines.Any(line => line.Contains("--postgres", StringComparison.Ordinal));
        await using PostgresServer? server = needsServer ? await TestServers.OfSystemAsync() : null;
        foreach (string line in lines)
        {
            // What a shell redirects or does next is no argument; quotes hold one character here.
            string[] words = [.. line.Split('>')[0].Split("&&")[0].Trim().Split(' ').Select(word => word.Trim('"'))];
            Assert.Empty(SsahTool.Create().Parse(words).Errors);
            // The trainer has a test of its own, as a process; workers that stay have one too.
            if (words[0] == "train" || words.Contains("--worker") || (words.Contains("--postgres") && server!.Missing is not null))
                continue;
            words = [.. words.Select((word, i) => i > 0 && words[i - 1] == "--postgres" ? server!.ConnectionString : word)];
            string[] arguments = [.. words.Select((word, i) => i > 0 && words[i - 1] != "--postgres" && IsPath(word) ? folder.At(word) : word)];
            Run run = words[0] == "serve" ? Run.Served([.. arguments, "--port", "0"]) : Run.Of(arguments);
            Assert.True(run.Code is ExitCode.Done, $"ssah {line} ended with {run.Code}: {run.Out}{run.Error}");
        }
    }

    private static bool IsPath(string word) =>
        word.Contains("photos", StringComparison.Ordinal) || (word.Contains('.', StringComparison.Ordinal) && !char.IsAsciiDigit(word[0]));

    private static string Root()
    {
        DirectoryInfo root = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "SSAH.MLNet.sln")))
            root = root.Parent!;
        return root.FullName;
    }

    [GeneratedRegex(@"^(?:\$ )?ssah ([a-z].*?)(?:\s+#.*)?$", RegexOptions.Multiline)]
    private static partial Regex CommandLines();
}
