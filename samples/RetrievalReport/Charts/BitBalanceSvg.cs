using static SSAH.MLNet.Samples.RetrievalReport.Markup;

namespace SSAH.MLNet.Samples.RetrievalReport.Charts;

/// <summary>A bar for each bit, from the middle line (half of the images have a one) to its share of ones.</summary>
internal static class BitBalanceSvg
{
    public static string Draw(BitBalanceChart chart)
    {
        if (chart.Means.Count == 0)
            throw new ArgumentException($"'{chart.Title}' has no bit.");
        var plot = new Plot(chart.Title);
        var x = Axis.Exact(-0.5, chart.Means.Count - 0.5, Plot.Left, Plot.Right, ticks: 8, whole: true);
        var y = Axis.Exact(0, 1, Plot.Bottom, Plot.Top, ticks: 5);
        plot.DrawAxes(x, y, "bit", "share of ones");
        var width = Math.Max(0.6, (x.At(1) - x.At(0)) * 0.78);
        for (var bit = 0; bit < chart.Means.Count; bit++)
        {
            var mean = Finite(chart.Means[bit], $"the mean of bit {bit}");
            var (end, middle) = (y.At(mean), y.At(0.5));
            var place = $"""x="{Number(x.At(bit) - (width / 2))}" y="{Number(Math.Min(end, middle))}" """;
            var size = $"""width="{Number(width)}" height="{Number(Math.Max(0.8, Math.Abs(end - middle)))}" """;
            plot.Raw($"""<rect class="bar f0" {place}{size}><title>bit {bit}: {Share(mean)}</title></rect>""");
        }

        plot.Line(Plot.Left, y.At(0.5), Plot.Right, y.At(0.5), " class=\"reference\"");
        return plot.Finish();
    }
}
