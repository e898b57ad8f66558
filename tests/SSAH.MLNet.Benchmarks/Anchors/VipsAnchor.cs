using System.Diagnostics;

namespace SSAH.MLNet.Benchmarks;

/// <summary>Debian's libvips, run by its program <c>vipsthumbnail</c>: it decodes JPEGs at a fraction of their size (shrink-on-load), scales and crops.</summary>
internal sealed class VipsAnchor
{
    private const string Program = "/usr/bin/vipsthumbnail";

    private VipsAnchor() => StartSeconds = Enumerable.Range(0, 5).Select(_ => Timed(() => Finish(Start(["--help"])))).Order().ElementAt(2);

    /// <summary>Seconds that the program takes to start and end: part of every measurement.</summary>
    public double StartSeconds { get; }

    /// <summary>Looks for the program; says what is missing and returns <see langword="null"/> where there is no anchor.</summary>
    /// <param name="install">Install the package first.</param>
    public static VipsAnchor? Find(bool install)
    {
        if (install && !File.Exists(Program))
        {
            using Process process = Process.Start("apt-get", ["install", "-y", "-qq", "libvips-tools"]);
            process.WaitForExit();
        }
        if (File.Exists(Program))
            return new VipsAnchor();
        BenchmarkRow.Note($"no libvips rows: {Program} is not installed: apt-get install libvips-tools (as root), or run with --install-vips");
        return null;
    }

    /// <summary>Scales files to a square, cropped in the center, each process with its share of them and one thread.</summary>
    public void Shrink(string[] files, int side, int processes)
    {
        string target = Path.Combine(Path.GetDirectoryName(files[0])!, "%s.ppm");
        Process[] running = [.. files.Chunk((files.Length + processes - 1) / processes).Select(share =>
            Start([.. share, "--size", $"{side}x{side}", "--smartcrop", "centre", "-o", target]))];
        Array.ForEach(running, Finish);
    }

    private static Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["VIPS_CONCURRENCY"] = "1";
        return Process.Start(start)!;
    }

    private static void Finish(Process process)
    {
        string output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{Program} failed with exit code {process.ExitCode}: {output}");
        process.Dispose();
    }

    private static double Timed(Action body)
    {
        long start = Stopwatch.GetTimestamp();
        body();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
