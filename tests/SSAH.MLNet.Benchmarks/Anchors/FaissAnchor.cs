using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace SSAH.MLNet.Benchmarks;

/// <summary>Debian's faiss, run by the anchor script in a process of its own.</summary>
internal sealed class FaissAnchor
{
    private const string Remedy = "apt-get install python3-faiss (as root), or run with --install-faiss";

    private readonly string _script;

    private FaissAnchor(string script) => _script = script;

    /// <summary>Looks for the script and the package; says what is missing and returns <see langword="null"/> where there is no anchor.</summary>
    /// <param name="install">Install the package first.</param>
    public static FaissAnchor? Find(bool install)
    {
        string? script = DebianPython.SharedScript("faiss_flat.py");
        if (script is null)
        {
            BenchmarkRow.Note($"no faiss rows: ../shared/anchors/faiss_flat.py is not there");
            return null;
        }
        if (install && !InstallPackage())
            BenchmarkRow.Note($"apt-get could not install python3-faiss");
        if (!DebianPython.Has("faiss"))
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
            string output = DebianPython.Run(threads: 1, _script, codes, asked, $"{database.Bits}", $"{k}", $"{queries.Count}");
            return double.Parse(output.Split(' ')[1], CultureInfo.InvariantCulture) * 1e-6;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static bool InstallPackage()
    {
        try
        {
            using Process process = Process.Start("apt-get", ["install", "-y", "python3-faiss"]);
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
