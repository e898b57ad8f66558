using System.Text.RegularExpressions;

namespace SSAH.MLNet.Tests.Architecture;

/// <summary>Rules of docs/architecture.md that only the sources show.</summary>
public sealed partial class SourceTests
{
    [Fact]
    public void Only_one_source_file_asks_for_access()
    {
        string[] askers = [.. FilesIn("src").Where(file => File.ReadAllText(file).Contains("IgnoresAccessChecksTo", StringComparison.Ordinal))
            .Select(file => Path.GetFileName(file))];
        Assert.Equal(["MLNetInternals.cs"], askers);
    }

    [Fact]
    public void Tests_are_named_as_sentences_with_underscores()
    {
        string[] names = [.. FilesIn("tests").SelectMany(file => TestMethods().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))];
        Assert.InRange(names.Length, 500, int.MaxValue);
        Assert.All(names, name => Assert.Matches("^[A-Z][A-Za-z0-9]*(_[A-Za-z0-9]+)+$", name));
    }

    [Fact]
    public void Libraries_know_nothing_of_benchmark_collections() =>
        Assert.All(FilesIn("src"), file => Assert.DoesNotMatch("(?i)cifar|merced|grocery", File.ReadAllText(file)));

    [Fact]
    public void Samples_are_short_and_use_the_public_surface_alone()
    {
        string[] samples = [.. FilesIn("samples")];
        Assert.NotEmpty(samples);
        Assert.All(samples, file => Assert.InRange(File.ReadLines(file).Count(), 1, 79));
        Assert.All(Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories), project =>
            Assert.DoesNotMatch("InternalsVisibleTo Include=\"SSAH.MLNet.Samples", File.ReadAllText(project)));
    }

    private static string Root
    {
        get
        {
            DirectoryInfo? root = new(AppContext.BaseDirectory);
            while (root is not null && !File.Exists(Path.Combine(root.FullName, "SSAH.MLNet.sln")))
                root = root.Parent;
            Assert.SkipWhen(root is null, "The sources are not beside the tests.");
            return root.FullName;
        }
    }

    private static IEnumerable<string> FilesIn(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    // A test's attributes, then its signature.
    [GeneratedRegex(@"\[(?:Fact|Theory)\b[^\n]*\n(?:\s*\[[^\n]*\n|[^\n]*\)\]\n)*\s*public (?:static |async )*\w+(?:<\w+>)? (\w+)\(")]
    private static partial Regex TestMethods();
}
