using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace SSAH.MLNet.Benchmarks;

/// <summary>Debian's faiss, run by the anchor script in a process of its own.</summary>
internal sealed class FaissAnchor
{
    private const string Python = "/usr/bin/python3";
    private const string Remedy = "apt-get install python3-faiss (as root), or run with --install-faiss";

    private readonly string _script;

    private FaissAnchor(string script) => _script = script;

    /// <summary>Looks for the script and the package; says what is missing and returns <see langword="null"/> where there is no anchor.</summary>
    /// <param name="install">Install the package first.</param>
    public static FaissAnchor? Find(bool install)
    {
        string? script = FindScript();
        if (script is null)
        {
            BenchmarkRow.Note($"no faiss rows: ../shared/anchors/faiss_flat.py is not there");
            return null;
        }
        if (install && Run("apt-get", ["install", "-y", "python3-faiss"]) is null)
            BenchmarkRow.Note($"apt-get could not install python3-faiss");
        if (!File.Exists(Python) || Run(Python, ["-c", "import faiss"]) is null)
        {
            BenchmarkRow.Note($"no faiss rows: python3-faiss is not installed: {Remedy}");
            return null;
        }
        return new FaissAnchor(script);
    }

    public double SecondsPerQuery(BinaryCodes database, BinaryCodes queries, int k)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("faiss");
        try
        {
            string codes = Path.Combine(folder.FullName, "database.bin"), asked = Path.Combine(folder.FullName, "queries.bin");
            File.WriteAllBytes(codes, MemoryMarshal.AsBytes(database.Words));
            File.WriteAllBytes(asked, MemoryMarshal.AsBytes(queries.Words));
            string output = Run(Python, [_script, codes, asked, $"{database.Bits}", $"{k}", $"{queries.Count}"])
                ?? throw new InvalidOperationException("The faiss script failed.");
            return double.Parse(output.Split(' ')[1], CultureInfo.InvariantCulture) * 1e-6;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string? FindScript()
    {
        for (DirectoryInfo? folder = new(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
        {
            string script = Path.Combine(folder.FullName, "shared", "anchors", "faiss_flat.py");
            if (File.Exists(script))
                return script;
        }
        return null;
    }

    /// <summary>The program's output, or <see langword="null"/> when it is missing or fails.</summary>
    private static string? Run(string program, string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
