using System.Diagnostics;
using System.Reflection;

namespace SSAH.MLNet.Collections.Tests;

/// <summary>Another process that uses a collection.</summary>
internal sealed class Probe : IDisposable
{
    private static readonly string s_program = typeof(Probe).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(each => each.Key == "CollectionProbe").Value!;
    private readonly Process _process;
    private readonly Task<string> _errors;

    private Probe(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>What went wrong, once it has ended.</summary>
    public string Errors => _errors.Result;

    public int ExitCode => _process.ExitCode;

    public static Probe Start(params string[] arguments) => StartIn("", arguments);

    /// <summary>Starts it in a culture; it is invariant where that is empty.</summary>
    public static Probe StartIn(string culture, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [s_program, culture, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
            Environment =
            {
                ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = culture.Length == 0 ? "1" : "0",
                ["DOTNET_SYSTEM_GLOBALIZATION_PREDEFINED_CULTURES_ONLY"] = "1",
            },
        };
        return new Probe(Process.Start(start)!);
    }

    /// <summary>The next line that it prints, or null at its end.</summary>
    public string? Line() => _process.StandardOutput.ReadLine();

    /// <summary>All lines to its end.</summary>
    public List<string> Lines()
    {
        var lines = new List<string>();
        while (Line() is { } line)
            lines.Add(line);
        _process.WaitForExit();
        return lines;
    }

    /// <summary>Ends it as a power failure would: nothing of its own code runs any more.</summary>
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
}
