using System.Diagnostics;

namespace SSAH.MLNet.Cli.Tests.Processes;

/// <summary>The built tool as a process of its own, its output in pipes.</summary>
internal sealed class Child : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _out, _error;

    private Child(Process process)
    {
        _process = process;
        _out = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>The tool that the tests were built with.</summary>
    public static string Ssah { get; } = BuiltTool("SSAH.MLNet.Cli", "ssah");

    /// <summary>The trainer that was built with it.</summary>
    public static string Trainer { get; } = BuiltTool("SSAH.MLNet.Train.Cli", "ssah-train");

    public bool HasExited => _process.HasExited;

    public static Child Start(string program, IEnumerable<string> arguments, string? folder = null, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder ?? "" };
        // Beside other programs two threads would wait for each other most of the time.
        start.Environment["OMP_NUM_THREADS"] = "1";
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        return new Child(Process.Start(start)!);
    }

    /// <summary>Runs the tool to its end.</summary>
    public static Run Ran(string folder, params string[] arguments)
    {
        using Child child = Start(Ssah, arguments, folder);
        return child.End();
    }

    private static string BuiltTool(string project, string name)
    {
        DirectoryInfo root = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "SSAH.MLNet.sln")))
            root = root.Parent!;
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        return Path.Combine(root.FullName, "src", project, "bin", configuration, "net10.0", OperatingSystem.IsWindows() ? name + ".exe" : name);
    }

    /// <summary>What Ctrl-C in a terminal sends.</summary>
    public void Interrupt()
    {
        using Process kill = Process.Start("kill", [InterruptIsIgnored() ? "-TERM" : "-INT", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    // What a shell starts in the background ignores SIGINT, and so do its children; SIGTERM asks for the same.
    private static bool InterruptIsIgnored() => File.Exists("/proc/self/status") && File.ReadLines("/proc/self/status")
        .Any(line => line.StartsWith("SigIgn:", StringComparison.Ordinal) && (Convert.ToUInt64(line[7..].Trim(), 16) & 2) != 0);

    /// <summary>Waits for the end.</summary>
    public Run End()
    {
        Assert.True(_process.WaitForExit(TimeSpan.FromMinutes(3)), "The program does not end.");
        return new Run(_process.ExitCode, _out.GetAwaiter().GetResult(), _error.GetAwaiter().GetResult());
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
