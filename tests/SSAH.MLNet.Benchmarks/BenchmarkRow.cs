using System.Globalization;

namespace SSAH.MLNet.Benchmarks;

/// <summary>One comparison of ours with an anchor: <c>row NAME ours VALUE anchor NAME VALUE ratio R target T ok|short</c>.</summary>
internal static class BenchmarkRow
{
    /// <summary>Prints a row of two times for the same work; the ratio is the anchor's time over ours.</summary>
    /// <param name="name">What was measured, without spaces.</param>
    /// <param name="ours">Our seconds a unit of work, such as a query.</param>
    /// <param name="anchorName">What it is compared with, without spaces.</param>
    /// <param name="anchor">The anchor's seconds a unit.</param>
    /// <param name="target">The least ratio that is wanted.</param>
    public static void Print(string name, double ours, string anchorName, double anchor, double target)
    {
        double ratio = anchor / ours;
        string verdict = ratio >= target ? "ok" : "short";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"row {name} ours {ours * 1e6:0.00}us anchor {anchorName} {anchor * 1e6:0.00}us ratio {ratio:0.00} target {target:0.0#} {verdict}"));
    }

    /// <summary>Prints a remark that is no row.</summary>
    public static void Note(FormattableString text) => Console.WriteLine("# " + text.ToString(CultureInfo.InvariantCulture));
}
