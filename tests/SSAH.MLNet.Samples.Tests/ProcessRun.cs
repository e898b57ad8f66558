using System.Diagnostics;

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
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }
}
