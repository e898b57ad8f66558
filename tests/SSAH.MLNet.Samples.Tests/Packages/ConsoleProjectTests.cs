using System.Text.RegularExpressions;
using SSAH.MLNet.Samples.Tests.Programs;

namespace SSAH.MLNet.Samples.Tests.Packages;

/// <summary>What README and the first ten minutes promise to somebody who has the packages, the .NET SDK and a folder of images.</summary>
[Collection(PackedFolderGroup.Name)]
public sealed partial class ConsoleProjectTests(PackedFolder packed)
{
    private static string Page => File.ReadAllText(Repository.At("docs", "first-ten-minutes.md"));

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Readme_s_example_runs_in_a_new_console_project_with_the_packages_of_the_first_ten_minutes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The page's commands name the packages for Linux; on other systems they have other names.");
        (string Id, string Version)[] references = [.. AddedPackages().Matches(Page).Select(match =>
            (match.Groups["id"].Value, match.Groups["version"] is { Success: true } given ? given.Value : packed.VersionOf(match.Groups["id"].Value)))];
        Assert.Contains(references, package => package.Id == "SSAH.MLNet.Training");
        string program = CodeBlocks.Of("README.md")[0].Code;
        string folder = packed.CreateProject("PhotoSearch", references, program + CodeBlocks.AskForReadmeNeighbors);
        DrawnFolder.Write(Path.Combine(folder, "images", "train"), perClass: 12, labeledShare: 0.5);
        DrawnFolder.Write(Path.Combine(folder, "images", "test"), perClass: 2, seed: 2);

        (int code, string output) = await ProcessRun.Start("dotnet", ["build", "-c", "Release", "-o", "out"], folder);
        Assert.True(code == 0, output);
        Assert.DoesNotContain("NU1603", output, StringComparison.Ordinal);
        (code, output) = await ProcessRun.Start("dotnet", [Path.Combine("out", "PhotoSearch.dll")], folder);
        Assert.True(code == 0, output);
        Assert.Contains("20 queries, 60 database rows", output, StringComparison.Ordinal);
        Assert.Contains("neighbors " + string.Join(' ', Enumerable.Repeat(10, 20)), output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder, "hasher.zip")), output);
    }

    [Fact]
    public void The_first_ten_minutes_name_the_versions_that_are_tested()
    {
        string tested = File.ReadAllText(Repository.At("Directory.Packages.props"));
        foreach (Match property in Properties().Matches(tested))
            tested = tested.Replace($"$({property.Groups["name"].Value})", property.Groups["value"].Value, StringComparison.Ordinal);
        foreach (Match match in AddedPackages().Matches(Page).Where(match => match.Groups["version"].Success))
            Assert.Contains($"Include=\"{match.Groups["id"].Value}\" Version=\"{match.Groups["version"].Value}\"", tested, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^dotnet add package (?<id>[\w.-]+)(?: --version (?<version>[\w.-]+))?", RegexOptions.Multiline)]
    private static partial Regex AddedPackages();

    [GeneratedRegex(@"<(?<name>\w+Version)>(?<value>[^<]+)<")]
    private static partial Regex Properties();
}
