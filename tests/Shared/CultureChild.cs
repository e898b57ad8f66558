using System.Diagnostics;
using System.Text.Json.Nodes;

namespace SSAH.MLNet.Tests;

/// <summary>One explicit test of an assembly, run in a process of another culture.</summary>
internal static class CultureChild
{
    /// <summary>The variable that names the child's folder.</summary>
    public const string FolderVariable = "SSAH_CULTURE_FOLDER";

    /// <summary>Runs a test to its end.</summary>
    /// <param name="assembly">The test assembly.</param>
    /// <param name="method">Full name of the explicit test.</param>
    /// <param name="locale">What the environment says, such as tr_TR.UTF-8.</param>
    /// <param name="invariant">Whether the process has no cultures but the invariant one.</param>
    /// <param name="folder">The folder that the child works in.</param>
    public static async Task Run(string assembly, string method, string locale, bool invariant, string folder)
    {
        string configuration = Path.Combine(folder, "culture.runtimeconfig.json");
        JsonNode json = JsonNode.Parse(await File.ReadAllTextAsync(Path.ChangeExtension(assembly, ".runtimeconfig.json")))!;
        json["runtimeOptions"]!["configProperties"]!["System.Globalization.Invariant"] = invariant;
        await File.WriteAllTextAsync(configuration, json.ToJsonString());
        var start = new ProcessStartInfo("dotnet", ["exec", "--runtimeconfig", configuration, assembly, "-explicit", "only", "-method", method])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string variable in new[] { "LC_ALL", "LC_MESSAGES", "LANG" })
            start.Environment[variable] = locale;
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment[FolderVariable] = folder;
        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync();
        string output = await child.StandardOutput.ReadToEndAsync() + await errors;
        await child.WaitForExitAsync();
        File.Delete(configuration);
        Assert.SkipWhen(output.Contains("valid ICU package", StringComparison.Ordinal), "This machine has no cultures: install ICU (Debian: libicu72).");
        Assert.True(child.ExitCode == 0 && output.Contains("Total: 1, Errors: 0, Failed: 0", StringComparison.Ordinal), output);
    }

    /// <summary>The files below a folder with their content, but for some.</summary>
    public static SortedDictionary<string, string> FilesOf(string folder, params string[] except)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            if (Path.GetRelativePath(folder, path).Replace('\\', '/') is var name && !except.Contains(name))
                files.Add(name, File.ReadAllText(path, System.Text.Encoding.Latin1));
        return files;
    }
}
