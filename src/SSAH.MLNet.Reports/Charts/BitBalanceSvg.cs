using static SSAH.MLNet.Reports.Page.Markup;

namespace SSAH.MLNet.Reports.Charts;

/// <summary>A bar for each bit, from the middle line (half of the images have a one) to its share of ones.</summary>
internal static class BitBalanceSvg
{
    public static DrawnChart Draw(IReadOnlyList<double> means)
    {
        const string title = "Bit balance";
        var plot = new Plot(title);
        Axis x = Axis.Exact(-0.5, means.Count - 0.5, Plot.Left, Plot.Right, ticks: 8, whole: true);
        Axis y = Axis.Exact(0, 1, Plot.Bottom, Plot.Top, ticks: 5);
        plot.DrawAxes(x, y, "bit", "share of ones");
        double width = Math.Max(0.6, (x.At(1) - x.At(0)) * 0.78);
        for (int bit = 0; bit < means.Count; bit++)
        {
            double mean = Finite(means[bit], $"the mean of bit {bit}");
            (double end, double middle) = (y.At(mean), y.At(0.5));
            string place = $"""x="{Number(x.At(bit) - width / 2)}" y="{Number(Math.Min(end, middle))}" """;
            string size = $"""width="{Number(width)}" height="{Number(Math.Max(0.8, Math.Abs(end - middle)))}" """;
            plot.Raw($"""<rect class="bar f0" {place}{size}><title>bit {bit}: {Share(mean)}</title></rect>""");
        }
        plot.Line(Plot.Left, y.At(0.5), Plot.Right, y.At(0.5), " class=\"reference\"");
        return new DrawnChart(title, plot.Finish(), [], "Share of database images with a one; a bit that is always the same tells nothing.");
    }
}
