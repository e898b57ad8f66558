using System.Diagnostics;
using System.Text.Json;
using SSAH.MLNet.Cli.CommandLine;

namespace SSAH.MLNet.Cli.Models;

/// <summary>The second tool, which alone carries TorchSharp: found beside this one, on the path, or among the tools of dotnet.</summary>
internal sealed class TrainerProgram
{
    /// <summary>Name of the command.</summary>
    public const string Name = "ssah-train";

    /// <summary>Names the program in place of all other places.</summary>
    public const string Variable = "SSAH_TRAIN";

    private readonly string _path;

    private TrainerProgram(string path) => _path = path;

    /// <summary>Finds the program.</summary>
    /// <exception cref="ToolException">It is not installed; the message says how it is.</exception>
    public static TrainerProgram Find() => Places().FirstOrDefault(File.Exists) is { } path ? new TrainerProgram(path) : throw new ToolException(
        $"training needs the second tool {Name}, which is not installed: dotnet tool install --global {Name} (from a checkout: with --add-source "
            + $"out/packages)\nIt brings libtorch, 600 MB unpacked, which "
            + $"nothing else here needs. ({Variable} may name the program.)");

    /// <summary>Trains.</summary>
    /// <param name="table">Paths and labels.</param>
    /// <param name="model">Takes the model.</param>
    /// <param name="arguments">Further arguments.</param>
    /// <param name="onLine">Takes the lines that it writes to standard error; null lets it write to this program's.</param>
    /// <param name="cancellation">Ends the program.</param>
    /// <returns>What it says of the training.</returns>
    /// <exception cref="ToolException">It failed; it has said why on standard error.</exception>
    public JsonElement Run(string table, string model, IEnumerable<string> arguments, Action<string>? onLine, CancellationToken cancellation)
    {
        string last = "";
        bool isLibrary = Path.GetExtension(_path) == ".dll";
        string[] all = [.. isLibrary ? (string[])[_path] : [], table, "--out", model, "--json", .. arguments];
        using Process process = Process.Start(new ProcessStartInfo(isLibrary ? "dotnet" : _path, all)
        {
            RedirectStandardOutput = true, RedirectStandardError = onLine is not null,
        })
            ?? throw new ToolException($"'{_path}' does not start.");
        using CancellationTokenRegistration ending = cancellation.Register(() => process.Kill(entireProcessTree: true));
        if (onLine is not null)
        {
            process.ErrorDataReceived += (_, line) =>
            {
                if (line.Data is { Length: > 0 } text)
                    onLine(last = text);
            };
            process.BeginErrorReadLine();
        }
        string json = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        return process.ExitCode switch
        {
            ExitCode.Done => JsonDocument.Parse(json).RootElement,
            ExitCode.Interrupted => throw new OperationCanceledException(),
            _ => throw new ToolException($"'{_path}' ended with code {process.ExitCode}; the collection is as it was.{(last.Length > 0 ? $"\n{last}" : "")}"),
        };
    }

    private static IEnumerable<string> Places()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
        {
            yield return given;
            yield break;
        }
        string file = OperatingSystem.IsWindows() ? Name + ".exe" : Name;
        string tools = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dotnet", "tools");
        IEnumerable<string?> folders = [Path.GetDirectoryName(Environment.ProcessPath), AppContext.BaseDirectory,
            .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator), tools];
        foreach (string? folder in folders)
            if (folder is { Length: > 0 })
                yield return Path.Combine(folder, file);
    }
}
