using System.Globalization;
using static SSAH.MLNet.Reports.Page.Markup;

namespace SSAH.MLNet.Reports.Charts;

/// <summary>Two distributions over the Hamming distance: pairs of one class (solid) and of different classes (dashed outline).</summary>
internal static class DistanceSvg
{
    public static DrawnChart Draw(IReadOnlyList<long> relevantCounts, IReadOnlyList<long> otherCounts)
    {
        const string title = "Distances between queries and database";
        double[] relevant = Shares(relevantCounts), other = Shares(otherCounts);
        var plot = new Plot(title);
        Axis x = Axis.Exact(-0.5, relevant.Length - 0.5, Plot.Left, Plot.Right, ticks: 8, whole: true);
        // Headroom for the text of the means.
        Axis y = Axis.Round(0, Math.Max(relevant.Max(), other.Max()) * 1.12, Plot.Bottom, Plot.Top);
        plot.DrawAxes(x, y, "Hamming distance (bits)", "share of pairs");
        DrawArea(plot, x, y, other, 1);
        DrawArea(plot, x, y, relevant, 0);
        // Each mean's text stands on the side away from the other one.
        (double? near, double? far) = (MeanOf(relevant), MeanOf(other));
        DrawMean(plot, x, near, 0, toTheLeft: near < far);
        DrawMean(plot, x, far, 1, toTheLeft: near >= far);
        return new DrawnChart(title, plot.Finish(), ["same label", "different labels"],
            "The less the two overlap, the better a distance tells who belongs together.");
    }

    private static double[] Shares(IReadOnlyList<long> counts)
    {
        double total = counts.Sum();
        return [.. counts.Select(count => total > 0 ? count / total : 0)];
    }

    private static void DrawArea(Plot plot, Axis x, Axis y, double[] shares, int style)
    {
        var steps = new List<(double, double)>();
        for (int d = 0; d < shares.Length; d++)
        {
            steps.Add((x.At(d - 0.5), y.At(shares[d])));
            steps.Add((x.At(d + 0.5), y.At(shares[d])));
        }
        string outline = Plot.Path(steps);
        string floor = $"L{Number(Plot.Right)} {Number(Plot.Bottom)}L{Number(Plot.Left)} {Number(Plot.Bottom)}Z";
        plot.Raw($"""<path class="area f{style}" d="{outline}{floor}"/>""");
        plot.Raw($"""<path class="curve s{style}" d="{outline}"/>""");
    }

    private static double? MeanOf(double[] shares) => shares.Sum() > 0 ? shares.Select((share, distance) => share * distance).Sum() : null;

    private static void DrawMean(Plot plot, Axis x, double? mean, int style, bool toTheLeft)
    {
        if (mean is not { } value)
            return;
        double at = x.At(value);
        toTheLeft &= at > Plot.Left + 70;
        plot.Line(at, Plot.Top, at, Plot.Bottom, $" class=\"mean s{style}\"");
        plot.Label(at + (toTheLeft ? -6 : 6), Plot.Top + 12, $"mean {value.ToString("0.0", CultureInfo.InvariantCulture)}",
            toTheLeft ? "end" : "start", " class=\"note\"");
    }
}
