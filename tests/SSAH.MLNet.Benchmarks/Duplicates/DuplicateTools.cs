using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML;
using SSAH.MLNet.Duplicates;

namespace SSAH.MLNet.Benchmarks.Duplicates;

/// <summary>What a setting of a tool found in a folder.</summary>
internal sealed record ToolRun(string Setting, IReadOnlyList<IReadOnlyList<string>> Groups);

/// <summary>Something that finds duplicates in a folder: at several settings for its best quality, once by its defaults for its time.</summary>
internal abstract class DuplicateTool(string name)
{
    public string Name => name;

    /// <summary>Runs all settings; what a tool keeps of files it has seen, it may use again.</summary>
    public abstract IEnumerable<ToolRun> Sweep(string[] folders);

    /// <summary>Runs the defaults with nothing kept from before.</summary>
    public abstract void RunOnce(string[] folders);

    protected static string[] FilesIn(string[] folders) => [.. folders.SelectMany(Directory.GetFiles)];

    protected static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> said = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        said.Wait();
        return output;
    }
}

/// <summary>This library: files are read once, groups made for each least similarity.</summary>
internal sealed class OurSearch() : DuplicateTool("ours")
{
    public override IEnumerable<ToolRun> Sweep(string[] folders)
    {
        (ImageSignature[] images, SkippedImage[] skipped) = DuplicateFinder.Read(FilesIn(folders), new DuplicateOptions(), CancellationToken.None);
        foreach (double similarity in new[] { 0.95, 0.97, 0.98, 0.985, 0.99, 0.9925, 0.995, 0.9975, 0.999 })
        {
            DuplicateReport report = DuplicateFinder.Report(images, skipped, images.Length, new DuplicateOptions { MinSimilarity = similarity },
                CancellationToken.None);
            yield return new ToolRun(FormattableString.Invariant($"{similarity}"), GroupsOf(report));
        }
    }

    public override void RunOnce(string[] folders) => Find(folders);

    /// <summary>What the defaults find.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Find(string[] folders) =>
        GroupsOf(new MLContext(1).HashRetrieval.FindDuplicates(FilesIn(folders)));

    private static IReadOnlyList<IReadOnlyList<string>> GroupsOf(DuplicateReport report) =>
        [.. report.Groups.Select(group => (IReadOnlyList<string>)[.. group.Images.Select(image => image.Path)])];
}

/// <summary>czkawka_cli 8: its default hash and two better ones, three sizes, all presets; hashes are kept from one preset to the next.</summary>
internal sealed class Czkawka(string program) : DuplicateTool("czkawka")
{
    private static readonly (string, string)[] s_hashes = [("Gradient", "Nearest"), ("Gradient", "Lanczos3"), ("DoubleGradient", "Lanczos3")];
    private static readonly string[] s_presets = ["Original", "VeryHigh", "High", "Medium", "Small", "VerySmall", "Minimal"];

    public override IEnumerable<ToolRun> Sweep(string[] folders)
    {
        foreach ((string algorithm, string filter) in s_hashes)
            foreach (string size in new[] { "8", "16", "32" })
                foreach (string preset in s_presets)
                    yield return new ToolRun($"{algorithm}/{filter}/{size}/{preset}", Groups(folders, "-g", algorithm, "-z", filter, "-c", size, "-s", preset));
    }

    // Its cache goes by path and time, and the folder is new.
    public override void RunOnce(string[] folders) => Groups(folders);

    private List<IReadOnlyList<string>> Groups(string[] folders, params string[] settings)
    {
        string found = Path.GetTempFileName();
        Run(program, ["image", .. folders.SelectMany(folder => (string[])["-d", folder]), "-m", "1", "-C", found, .. settings]);
        string json = File.ReadAllText(found);
        File.Delete(found);
        if (json.Length == 0)
            return [];
        using JsonDocument document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(group =>
            (IReadOnlyList<string>)[.. group.EnumerateArray().Select(image => image.GetProperty("path").GetString()!)])];
    }
}

/// <summary>findimagedupes 2.20: from a threshold of 80 to one of 99 percent; fingerprints are kept from one to the next.</summary>
internal sealed class FindImageDupes(string program) : DuplicateTool("findimagedupes")
{
    private readonly string _prints = Path.Combine(Path.GetTempPath(), $"ssah-prints-{Guid.NewGuid():N}");

    public override IEnumerable<ToolRun> Sweep(string[] folders)
    {
        foreach (string threshold in new[] { "80%", "85%", "90%", "93%", "95%", "97%", "98%", "99%" })
            yield return new ToolRun(threshold, Groups(folders, "-t", threshold, "-f", _prints));
    }

    public override void RunOnce(string[] folders) => Groups(folders);

    // Names of our folders have no spaces. It also tells of files that its fingerprints know from before and that are gone.
    private List<IReadOnlyList<string>> Groups(string[] folders, params string[] settings) =>
    [
        .. Run(program, ["-q", .. settings, "--", .. folders]).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => (IReadOnlyList<string>)[.. line.Split(' ').Where(File.Exists)]),
    ];
}
