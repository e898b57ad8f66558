using System.Diagnostics;
using System.Globalization;

namespace SSAH.MLNet.Benchmarks.Serving;

/// <summary><c>ssah serve</c>, as it was built with the benchmarks, in a process of its own.</summary>
internal sealed class ServedTool : IDisposable
{
    private readonly Process _process;

    private ServedTool(Process process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    /// <summary>Indexes a folder with the tool's default model.</summary>
    public static async Task IndexAsync(string photos)
    {
        using Process index = Process.Start(Start("index", photos, "--quiet"))!;
        await index.StandardOutput.ReadToEndAsync();
        await index.WaitForExitAsync();
        if (index.ExitCode != 0)
            throw new InvalidOperationException($"ssah index ended with {index.ExitCode}.");
    }

    public static async Task<ServedTool> StartAsync(string photos)
    {
        Process process = Process.Start(Start("serve", photos, "--port", "0", "--quiet"))!;
        string line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("ssah serve does not start.");
        return new ServedTool(process, new Uri(line[..line.IndexOf(": ", "http:".Length, StringComparison.Ordinal)]));
    }

    /// <summary>What the process has in memory.</summary>
    public long ResidentBytes()
    {
        _process.Refresh();
        return _process.WorkingSet64;
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }

    private static ProcessStartInfo Start(params string[] arguments)
    {
        DirectoryInfo root = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "SSAH.MLNet.sln")))
            root = root.Parent!;
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string tool = Path.Combine(root.FullName, "src", "SSAH.MLNet.Cli", "bin", configuration, "net10.0", OperatingSystem.IsWindows() ? "ssah.exe" : "ssah");
        return new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true };
    }
}
