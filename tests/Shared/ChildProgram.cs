using System.Diagnostics;
using System.Reflection;

namespace SSAH.MLNet.Processes;

/// <summary>A program of the tests as a process of its own; the project that starts it names its file as assembly metadata.</summary>
internal abstract class ChildProgram : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    /// <summary>Starts it.</summary>
    /// <param name="key">Under which metadata its file stands.</param>
    /// <param name="arguments">What it is given.</param>
    /// <param name="configure">Changes how it is started.</param>
    protected ChildProgram(string key, IEnumerable<string> arguments, Action<ProcessStartInfo>? configure = null)
    {
        string program = GetType().Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(each => each.Key == key).Value!;
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        configure?.Invoke(start);
        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>What went wrong, once it has ended.</summary>
    public string Errors => _errors.Result;

    public int ExitCode => _process.ExitCode;

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

    /// <summary>Ends it at once, as the system would: nothing of its own code runs any more.</summary>
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

    /// <summary>The next line, while others go on.</summary>
    protected ValueTask<string?> LineAsync(CancellationToken cancellation = default) => _process.StandardOutput.ReadLineAsync(cancellation);

    /// <summary>What went wrong, once it has ended, while others go on.</summary>
    protected Task<string> ErrorsAsync() => _errors;
}
