using static SSAH.MLNet.Samples.RetrievalReport.Markup;

namespace SSAH.MLNet.Samples.RetrievalReport.Charts;

/// <summary>Lines; each has its own color and dash pattern, so that color is never the only difference.</summary>
internal static class CurveSvg
{
    public const int Styles = 6;

    public static string Draw(CurveChart chart)
    {
        var points = chart.Curves.SelectMany(curve => curve.Points).ToArray();
        foreach (var (x, y) in points)
            Finite(Finite(x, $"x of '{chart.Title}'") + Finite(y, $"y of '{chart.Title}'"), $"a point of '{chart.Title}'");

        var plot = new Plot(chart.Title);
        var xAxis = chart.XRange is { } xRange
            ? Axis.Exact(xRange.Low, xRange.High, Plot.Left, Plot.Right, whole: chart.WholeX)
            : Axis.Exact(Least(points, point => point.X, 0), Most(points, point => point.X, 1), Plot.Left, Plot.Right, whole: chart.WholeX);
        var yAxis = chart.YRange is { } yRange
            ? Axis.Exact(yRange.Low, yRange.High, Plot.Bottom, Plot.Top, ticks: 5)
            : Axis.Round(Math.Min(0, Least(points, point => point.Y, 0)), Most(points, point => point.Y, 1), Plot.Bottom, Plot.Top);
        plot.DrawAxes(xAxis, yAxis, chart.XName, chart.YName);
        for (var i = 0; i < chart.Curves.Count; i++)
            DrawCurve(plot, xAxis, yAxis, chart.Curves[i], i % Styles);
        return plot.Finish();
    }

    private static void DrawCurve(Plot plot, Axis x, Axis y, Curve curve, int style)
    {
        if (curve.Points.Count == 0)
            return;
        (double X, double Y)[] points = [.. curve.Points.Select(point => (x.At(point.X), y.At(point.Y)))];
        if (points.Length > 1)
            plot.Raw($"""<path class="curve s{style}" d="{Plot.Path(points)}"><title>{Text(curve.Name)}</title></path>""");
        if (points.Length > 40)
            return;
        foreach (var (px, py) in points)
            plot.Raw($"""<circle class="dot f{style}" cx="{Number(px)}" cy="{Number(py)}" r="2.6"/>""");
    }

    private static double Least((double X, double Y)[] points, Func<(double X, double Y), double> of, double otherwise) =>
        points.Length == 0 ? otherwise : points.Min(of);

    private static double Most((double X, double Y)[] points, Func<(double X, double Y), double> of, double otherwise) =>
        points.Length == 0 ? otherwise : points.Max(of);
}
