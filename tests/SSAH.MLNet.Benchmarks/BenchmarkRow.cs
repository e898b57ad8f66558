using System.Globalization;
using System.Runtime.InteropServices;
using SSAH.MLNet.Measurements;

namespace SSAH.MLNet.Benchmarks;

/// <summary>One comparison of ours with an anchor: <c>row NAME ours VALUE anchor NAME VALUE ratio R target T ok|short</c>.</summary>
internal static class BenchmarkRow
{
    /// <summary>Prints a row of two times for the same work; the ratio is the anchor's time over ours.</summary>
    /// <param name="name">What was measured, without spaces.</param>
    /// <param name="ours">Our seconds.</param>
    /// <param name="anchorName">What it is compared with, without spaces.</param>
    /// <param name="anchor">The anchor's seconds.</param>
    /// <param name="target">The least ratio that is wanted.</param>
    /// <param name="per">Units of work in both times, such as queries: the values are printed in microseconds for one.</param>
    public static void Print(string name, double ours, string anchorName, double anchor, double target, long per = 1)
    {
        double ratio = anchor / ours;
        string verdict = ratio >= target ? "ok" : "short";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"row {name} ours {ours / per * 1e6:0.00}us anchor {anchorName} {anchor / per * 1e6:0.00}us ratio {ratio:0.00} target {target:0.0#} {verdict}"));
    }

    /// <summary>Prints what the rows are measured on.</summary>
    public static void PrintMachine() => Note($"{Machine.Description}, {RuntimeInformation.OSDescription}, kernel {KernelLevels.Best}");

    /// <summary>Prints a remark that is no row.</summary>
    public static void Note(FormattableString text) => Console.WriteLine("# " + text.ToString(CultureInfo.InvariantCulture));
}
