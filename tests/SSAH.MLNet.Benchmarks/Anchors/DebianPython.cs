using System.Diagnostics;
using System.Globalization;

namespace SSAH.MLNet.Benchmarks;

/// <summary>Debian's own Python: it sees the packages that apt installs, whatever else is called python3 on the machine.</summary>
internal static class DebianPython
{
    public const string Interpreter = "/usr/bin/python3";

    /// <summary>Whether a module can be imported.</summary>
    public static bool Has(string module) => File.Exists(Interpreter) && Has(module, Interpreter);

    /// <summary>Whether another Python can import a module.</summary>
    public static bool Has(string module, string interpreter)
    {
        try
        {
            return Call(interpreter, 1, "-c", $"import {module}").ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>A script of ../shared/anchors beside the checkout; null where it is not there.</summary>
    public static string? SharedScript(string name)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SSAH.MLNet.sln")))
            {
                string script = Path.Combine(folder.FullName, "..", "shared", "anchors", name);
                return File.Exists(script) ? script : null;
            }
        }
        return null;
    }

    /// <summary>Runs a script and returns what it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static string Run(int threads, string script, params string[] arguments) => RunWith(Interpreter, threads, script, arguments);

    /// <summary>The same with another Python.</summary>
    public static string RunWith(string interpreter, int threads, string script, params string[] arguments)
    {
        (int exitCode, string output) = Call(interpreter, threads, [script, .. arguments]);
        return exitCode == 0 ? output : throw new InvalidOperationException($"{script} failed with exit code {exitCode}: {output}");
    }

    private static (int ExitCode, string Output) Call(string interpreter, int threads, params string[] arguments)
    {
        var start = new ProcessStartInfo(interpreter, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string variable in (string[])["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"])
            start.Environment[variable] = threads.ToString(CultureInfo.InvariantCulture);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, process.ExitCode == 0 ? output : output + errors.Result);
    }
}
