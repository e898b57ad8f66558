using System.Text;
using static SSAH.MLNet.Reports.Page.Markup;

namespace SSAH.MLNet.Reports.Charts;

/// <summary>The frame that all charts share: size, grid, ticks and names of the axes.</summary>
internal sealed class Plot
{
    public const double Width = 560;
    public const double Height = 300;
    public const double Left = 58;
    public const double Right = Width - 26; // room for half of the last tick's text
    public const double Top = 12;
    public const double Bottom = Height - 48;

    private readonly StringBuilder _svg = new();

    public Plot(string title) =>
        _svg.Append($"""<svg viewBox="0 0 {Number(Width)} {Number(Height)}" role="img" aria-label="{Text(title)}">""");

    public void DrawAxes(Axis x, Axis y, string xName, string yName)
    {
        _svg.Append("""<g class="grid">""");
        foreach (double tick in y.Ticks())
            Line(Left, y.At(tick), Right, y.At(tick));
        _svg.Append("""</g><g class="axis">""");
        Line(Left, Bottom, Right, Bottom);
        foreach (double tick in x.Ticks())
            Line(x.At(tick), Bottom, x.At(tick), Bottom + 4);
        _svg.Append("""</g><g class="ticks">""");
        foreach (double tick in y.Ticks())
            Label(Left - 7, y.At(tick) + 4, y.Label(tick), "end");
        foreach (double tick in x.Ticks())
            Label(x.At(tick), Bottom + 18, x.Label(tick), "middle");
        _svg.Append("</g>");
        _svg.Append($"""<text class="name" x="{Number((Left + Right) / 2)}" y="{Number(Height - 6)}" text-anchor="middle">{Text(xName)}</text>""");
        string turned = $"translate(14 {Number((Top + Bottom) / 2)}) rotate(-90)";
        _svg.Append($"""<text class="name" transform="{turned}" text-anchor="middle">{Text(yName)}</text>""");
    }

    public void Line(double x1, double y1, double x2, double y2, string attributes = "") =>
        _svg.Append($"""<line x1="{Number(x1)}" y1="{Number(y1)}" x2="{Number(x2)}" y2="{Number(y2)}"{attributes}/>""");

    public void Label(double x, double y, string text, string anchor, string attributes = "") =>
        _svg.Append($"""<text x="{Number(x)}" y="{Number(y)}" text-anchor="{anchor}"{attributes}>{Text(text)}</text>""");

    public void Raw(string svg) => _svg.Append(svg);

    public string Finish() => _svg.Append("</svg>").ToString();

    public static string Path(IEnumerable<(double X, double Y)> points) =>
        "M" + string.Join('L', points.Select(point => $"{Number(point.X)} {Number(point.Y)}"));
}
