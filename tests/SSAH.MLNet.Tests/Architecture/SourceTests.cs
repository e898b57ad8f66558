using System.Text.RegularExpressions;
using System.Xml.Linq;

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
        // Nor does the test project that compiles the code blocks of README and docs see more.
        Assert.All(Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories), project =>
            Assert.DoesNotContain("SSAH.MLNet.Samples", File.ReadAllText(project), StringComparison.Ordinal));
    }

    [Fact]
    public void Projects_reference_what_their_row_of_the_table_allows()
    {
        string[] rows = [.. File.ReadLines(Path.Combine(Root, "docs", "architecture.md")).Where(line => line.StartsWith("| src/", StringComparison.Ordinal))];
        string[] projects = [.. Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)];
        Assert.Equal(projects.Select(project => Path.GetFileNameWithoutExtension(project)).Order(StringComparer.Ordinal),
            rows.Select(row => CellsOf(row)[0]["src/".Length..]).Order(StringComparer.Ordinal));
        foreach (string project in projects)
        {
            string name = Path.GetFileNameWithoutExtension(project);
            string[] allowed = CellsOf(rows.Single(row => CellsOf(row)[0] == $"src/{name}"))[2].Split(", ");
            Assert.All(ReferencesOf(project), reference => Assert.True(allowed.Any(each => IsMeant(each, reference)), $"{name} references {reference}."));
        }
    }

    [Fact]
    public void No_public_member_shows_TorchSharp() =>
        Assert.All(Directory.GetFiles(Path.Combine(Root, "src"), "PublicAPI.*.txt", SearchOption.AllDirectories), file =>
            Assert.DoesNotContain("TorchSharp", File.ReadAllText(file), StringComparison.Ordinal));

    [Fact]
    public void One_place_decodes_images() =>
        Assert.Equal(["ImageReader.cs", "JpegEnding.cs"], FilesIn("src")
            .Where(file => Regex.IsMatch(File.ReadAllText(file), @"\b(SKCodec\.Create|SKBitmap\.Decode|FromEncodedData|MLImage\.CreateFrom)"))
            .Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));

    [Fact]
    public void Addresses_stay_in_the_rooms_that_compute_with_them()
    {
        string[] rooms = ["SSAH.MLNet.Hashing/Kernels", "SSAH.MLNet.Hashing/Indexes", "SSAH.MLNet.Hashing/Joins", "SSAH.MLNet.Hashing/Storage",
            "SSAH.MLNet.Evaluation/Distances"];
        string[] users = [.. FilesIn("src").Where(file => Regex.IsMatch(File.ReadAllText(file), @"\bunsafe\b"))
            .Select(file => Path.GetRelativePath(Path.Combine(Root, "src"), file).Replace('\\', '/'))];
        Assert.Equal(["SSAH.MLNet.Training/Data/PixelStore.cs", "SSAH.MLNet/Encoder/HashEncoder.cs", "SSAH.MLNet/Images/ImageReader.cs",
            "SSAH.MLNet/Images/PixelBuffer.cs"],
            users.Where(file => !rooms.Any(room => file.StartsWith(room, StringComparison.Ordinal))).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Only_what_is_tested_under_native_AOT_says_that_it_is_compatible()
    {
        string[] projects = Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories);
        Assert.Equal(["SSAH.MLNet.Evaluation", "SSAH.MLNet.Hashing"], projects
            .Where(project => Regex.IsMatch(File.ReadAllText(project), "<(IsAotCompatible|IsTrimmable)>true"))
            .Select(project => Path.GetFileNameWithoutExtension(project)).Order(StringComparer.Ordinal));
        string smoke = File.ReadAllText(Path.Combine(Root, "tests", "SSAH.MLNet.AotSmoke", "SSAH.MLNet.AotSmoke.csproj"));
        Assert.Matches("TrimmerRootAssembly Include=\"SSAH.MLNet.Hashing\"", smoke);
        Assert.Matches("TrimmerRootAssembly Include=\"SSAH.MLNet.Evaluation\"", smoke);
    }

    private static string[] CellsOf(string row) => [.. row.Trim('|').Split('|').Select(cell => cell.Trim())];

    // What only helps to build is no reference of the library.
    private static IEnumerable<string> ReferencesOf(string project) => XDocument.Load(project).Descendants()
        .Where(element => element.Name.LocalName is "ProjectReference" or "PackageReference" && (string?)element.Attribute("PrivateAssets") != "all")
        .Select(element => (string)element.Attribute("Include")!)
        .Select(reference => reference.EndsWith(".csproj", StringComparison.Ordinal) ? Path.GetFileNameWithoutExtension(reference) : reference);

    private static bool IsMeant(string allowed, string reference) =>
        reference == allowed || reference == $"SSAH.MLNet.{allowed}" || reference == $"Microsoft.ML.{allowed}"
        || (allowed.EndsWith(".*", StringComparison.Ordinal) && $"{reference}.".StartsWith(allowed[..^1], StringComparison.Ordinal));

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
