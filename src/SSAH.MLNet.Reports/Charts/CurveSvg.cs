using static SSAH.MLNet.Reports.Page.Markup;

namespace SSAH.MLNet.Reports.Charts;

/// <summary>Lines; each has its own color and dash pattern, so that color is never the only difference.</summary>
internal static class CurveSvg
{
    public const int Styles = 6;
    private const int MostPointsWithDots = 40;

    public static DrawnChart Draw(ReportChart chart)
    {
        (double X, double Y)[] points = [.. chart.Curves.SelectMany(curve => curve.Points)];
        foreach ((double x, double y) in points)
        {
            Finite(x, $"an x of '{chart.Title}'");
            Finite(y, $"a y of '{chart.Title}'");
        }
        (double Low, double High) xRange = chart.XRange ?? (Least(points, point => point.X), Most(points, point => point.X));
        Axis xAxis = Axis.Exact(xRange.Low, xRange.High, Plot.Left, Plot.Right, whole: chart.IsXWhole);
        Axis yAxis = chart.YRange is { } yRange
            ? Axis.Exact(yRange.Low, yRange.High, Plot.Bottom, Plot.Top, ticks: 5)
            : Axis.Round(Math.Min(0, Least(points, point => point.Y)), Most(points, point => point.Y), Plot.Bottom, Plot.Top);
        var plot = new Plot(chart.Title);
        plot.DrawAxes(xAxis, yAxis, chart.XName, chart.YName);
        for (int i = 0; i < chart.Curves.Count; i++)
            DrawCurve(plot, xAxis, yAxis, chart.Curves[i], i % Styles);
        return new DrawnChart(chart.Title, plot.Finish(), chart.Curves.Count > 1 ? [.. chart.Curves.Select(curve => curve.Name)] : [], chart.Remark);
    }

    private static void DrawCurve(Plot plot, Axis x, Axis y, ReportCurve curve, int style)
    {
        (double X, double Y)[] points = [.. curve.Points.Select(point => (x.At(point.X), y.At(point.Y)))];
        if (points.Length > 1)
            plot.Raw($"""<path class="curve s{style}" d="{Plot.Path(points)}"><title>{Text(curve.Name)}</title></path>""");
        if (points.Length > MostPointsWithDots)
            return;
        foreach ((double px, double py) in points)
            plot.Raw($"""<circle class="dot f{style}" cx="{Number(px)}" cy="{Number(py)}" r="2.6"/>""");
    }

    private static double Least((double X, double Y)[] points, Func<(double X, double Y), double> of) => points.Length == 0 ? 0 : points.Min(of);

    private static double Most((double X, double Y)[] points, Func<(double X, double Y), double> of) => points.Length == 0 ? 1 : points.Max(of);
}
