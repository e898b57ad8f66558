using System.Diagnostics;
using System.Text;

namespace SSAH.MLNet.Samples.Tests;

/// <summary>Runs a program to its end.</summary>
internal static class ProcessRun
{
    /// <summary>Exit code, and standard output followed by the errors.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folder">Its working folder; null is that of the tests.</param>
    public static async Task<(int Code, string Output)> Start(string program, IEnumerable<string> arguments, string? folder = null)
    {
        using Process process = Process.Start(StartOf(program, arguments, folder))!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }

    /// <summary>Whether Ctrl-C reaches the programs that are started here: what a shell starts in the background ignores it, and so do its children.</summary>
    public static bool CanInterrupt => OperatingSystem.IsLinux() && File.ReadLines("/proc/self/status")
        .Any(line => line.StartsWith("SigIgn:", StringComparison.Ordinal) && (Convert.ToUInt64(line[7..].Trim(), 16) & 2) == 0);

    /// <summary>Sends Ctrl-C when a line of standard output has a text, and waits for the end.</summary>
    public static async Task<(int Code, string Output)> Interrupt(string text, string program, params IEnumerable<string> arguments)
    {
        using Process process = Process.Start(StartOf(program, arguments, folder: null))!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        var output = new StringBuilder();
        bool isSent = false;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            output.Append(line).Append('\n');
            if (isSent || !line.Contains(text, StringComparison.Ordinal))
                continue;
            isSent = true;
            using Process kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
            await kill.WaitForExitAsync();
        }
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }

    private static ProcessStartInfo StartOf(string program, IEnumerable<string> arguments, string? folder)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder ?? "",
            Environment =
            {
                // Other programs on this machine would make two threads wait for each other most of the time.
                ["OMP_NUM_THREADS"] = "1", ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1", ["DOTNET_NOLOGO"] = "1", ["DOTNET_CLI_UI_LANGUAGE"] = "en",
                ["MSBUILDDISABLENODEREUSE"] = "1",
            },
        };
        // The SDK that runs the tests hands these down, and another project must find its own.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        return start;
    }
}
