using System.Diagnostics;
using System.Globalization;

namespace SSAH.MLNet.Benchmarks;

/// <summary>
/// Debian's libvips, run by its program <c>vipsthumbnail</c>: it decodes JPEGs at a fraction of their size (shrink-on-load), scales and crops.
/// </summary>
internal sealed class VipsAnchor
{
    private const string Program = "/usr/bin/vipsthumbnail";

    private readonly double _start;

    private VipsAnchor() => _start = Enumerable.Range(0, 5).Select(_ => ProcessorSecondsOf(["--help"])).Order().ElementAt(2);

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

    /// <summary>Processor seconds for scaling files to a square, cropped in the center, on one thread; without the start of the program.</summary>
    public double ProcessorSecondsFor(string[] files, int side) =>
        ProcessorSecondsOf([.. files, "--size", $"{side}x{side}", "--smartcrop", "centre", "-o",
            Path.Combine(Path.GetDirectoryName(files[0])!, "%s.ppm")]) - _start;

    // Bash tells what a child has used; .NET does not. Its figures come last on standard error.
    private static double ProcessorSecondsOf(string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/bash",
            ["-c", "TIMEFORMAT='%U %S'; time \"$@\" >/dev/null", "bash", Program, .. arguments]) { RedirectStandardError = true };
        start.Environment["VIPS_CONCURRENCY"] = "1";
        start.Environment["LC_ALL"] = "C";
        using Process process = Process.Start(start)!;
        string said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{Program} failed with exit code {process.ExitCode}: {said}");
        return said.TrimEnd().Split('\n')[^1].Split(' ').Sum(seconds => double.Parse(seconds, CultureInfo.InvariantCulture));
    }
}
