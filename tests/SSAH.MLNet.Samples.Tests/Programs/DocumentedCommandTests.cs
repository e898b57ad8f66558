using System.Text.RegularExpressions;

namespace SSAH.MLNet.Samples.Tests.Programs;

/// <summary>
/// Every line of a bash block in README and docs is a command that exists. Lines of ssah are run by the tests of the tool, lines of packages by those of
/// the packages.
/// </summary>
public sealed partial class DocumentedCommandTests
{
    private static readonly string s_build = File.ReadAllText(Repository.At("build.sh"));

    public static TheoryData<string> Documents => [.. CodeBlocks.Documents.Where(document => CommandsOf(document).Any())];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Commands_exist(string document) =>
        Assert.All(CommandsOf(document), line => Assert.True(Exists(line), $"{document}: no test knows '{line}'."));

    [Theory]
    [InlineData("./build.sh tset")]
    [InlineData("./build.sh bench nothing")]
    [InlineData("./build.sh experiment c10-54k-longer --rows 1")]
    [InlineData("dotnet run -c Release --project samples/Nowhere")]
    [InlineData("dotnet tool install --global --add-source out/packages sash")]
    [InlineData("rm -rf photos")]
    [InlineData("\"$app/SSAH.MLNet.Experiments\" c10-54k-longer --rows 1")]
    [InlineData("\"$app/SSAH.MLNet.Nowhere\" training")]
    public void What_does_not_exist_is_noticed(string line) => Assert.False(Exists(line));

    [Fact]
    public void Experiments_and_benchmarks_that_the_text_names_exist()
    {
        foreach (string document in CodeBlocks.Documents)
            // Figures of an earlier state name its commit.
            foreach (Match match in File.ReadLines(Repository.At(document)).Where(line => !line.Contains("of that commit", StringComparison.Ordinal))
                .SelectMany(line => NamedRuns().Matches(line)))
                Assert.True(Exists(match.Value.Trim()), $"{document}: '{match.Value}' is no run.");
    }

    // Experiments are told apart by the program's own list, benchmarks by its switch.
    private static bool Exists(string line)
    {
        // Programs of a pack for a machine without .NET (docs/gpu.md), also in a loop.
        if (PackedProgram().Match(line) is { Success: true, Groups: var packed })
            return Directory.Exists(Repository.At("tests", packed[1].Value))
                && (packed[2].Value.Length == 0 || Sources(packed[1].Value).Contains($"\"{packed[2].Value}\"", StringComparison.Ordinal));
        string[] words = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .SkipWhile(word => word.Contains('=', StringComparison.Ordinal) || word == "sudo")];
        return words switch
        {
            ["./build.sh", "bench", var name, ..] => Sources("SSAH.MLNet.Benchmarks").Contains($"\"{name}\"", StringComparison.Ordinal),
            ["./build.sh", "experiment", var name, ..] => name is "list" or "help" or "NAME"
                || Sources("SSAH.MLNet.Experiments").Contains($"\"{name}\"", StringComparison.Ordinal),
            ["./build.sh", var verb, ..] => Regex.IsMatch(s_build, $@"^        {Regex.Escape(verb)}( \||\))", RegexOptions.Multiline),
            ["dotnet", "tool", "install", .., "--add-source", "out/packages", var tool] => tool is "ssah" or "ssah-train",
            ["eng/gpu/pack.sh"] => File.Exists(Repository.At("eng", "gpu", "pack.sh")),
            [".", ".gpu/env.sh" or ".gpu/env.sh;", ..] => File.Exists(Repository.At("eng", "gpu", "env.sh")),
            ["dotnet", "run", ..] => Directory.Exists(Repository.At(words[Array.IndexOf(words, "--project") + 1])),
            ["dotnet", "new" or "add" or "nuget", ..] or ["apt-get", "install", ..] or ["cp", "-rL", ..] or ["ssah", ..] or ["export", ..] => true,
            _ => false,
        };
    }

    private static string Sources(string project) => string.Concat(Directory
        .EnumerateFiles(Repository.At("tests", project), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal)).Select(File.ReadAllText));

    private static IEnumerable<string> CommandsOf(string document) => BashBlocks().Matches(File.ReadAllText(Repository.At(document)))
        .SelectMany(match => match.Groups[1].Value.Split('\n')).Select(line => line.Split(" #")[0].Trim())
        .Where(line => line.Length > 0 && line[0] != '#');

    [GeneratedRegex(@"^```bash\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex BashBlocks();

    [GeneratedRegex(@"""\$app/([\w.]+)"" ([a-z][\w-]*)?")]
    private static partial Regex PackedProgram();

    [GeneratedRegex(@"\./build\.sh (?:bench|experiment) [a-z][a-z0-9-]+")]
    private static partial Regex NamedRuns();
}
