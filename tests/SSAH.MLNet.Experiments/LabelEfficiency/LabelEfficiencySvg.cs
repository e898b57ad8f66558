using System.Globalization;
using System.Text;
using System.Text.Json;

namespace SSAH.MLNet.Experiments.LabelEfficiency;

/// <summary>The figures as one picture: a panel for each collection, mAP against labeled images of each class, the spread over seeds as bars.</summary>
internal static class LabelEfficiencySvg
{
    private const int PanelWidth = 250, PanelHeight = 220, Left = 44, Top = 64, Gap = 28, Bottom = 112, Columns = 2;

    private static readonly (string Method, string Name, string Color, string Dashes)[] s_lines =
    [
        ("trained", "SsahHash, 8 bytes", "#1a5fb4", ""),
        ("fine-tuned", "SsahHash, the network learns too, 8 bytes", "#813d9c", ""),
        ("softmax", "classifier's probabilities, floats", "#c64600", ""),
        ("itq-whitened", "ItqHash, 8 bytes, no labels", "#26a269", "6 4"),
        ("cosine", "cosine, 2 KB, no labels", "#5e5c64", "2 3"),
        ("itq", "plain ITQ, 8 bytes, no labels", "#986a44", "8 3 2 3"),
    ];

    private static readonly Dictionary<string, string> s_titles = new()
    {
        ["grocery"] = "Groceries, 81 classes",
        ["aerial"] = "Aerial images, 21 classes",
        ["cifar10"] = "CIFAR-10, 10 classes",
        ["fashion"] = "Fashion-MNIST, 10 classes",
    };

    /// <summary>Reads figures and writes the picture.</summary>
    /// <exception cref="InvalidDataException">A line is no figure, or there is none of a split in which every class has labels.</exception>
    public static void Write(string figures, string target)
    {
        LabelEfficiencyFigure[] all;
        try
        {
            all = [.. File.ReadLines(figures).Select(line => JsonSerializer.Deserialize<LabelEfficiencyFigure>(line)!).Where(f => !f.WithUnseen)];
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"'{figures}' is no file of figures: {error.Message}", error);
        }
        // One number of labels makes no line.
        string[] collections = [.. s_titles.Keys.Where(name =>
            all.Where(f => f.Collection == name).Select(f => f.LabelsPerClass).Distinct().Count() > 1)];
        if (collections.Length == 0)
            throw new InvalidDataException($"'{figures}' has no collection with two numbers of labels where every class has some (--unseen no).");
        int[] labels = [.. all.Select(f => f.LabelsPerClass).Distinct().Order()];
        int width = Left + collections.Length * (PanelWidth + Gap), height = Top + PanelHeight + Bottom;
        var svg = new StringBuilder();
        svg.Append(Invariant($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n"));
        svg.Append("<title>Retrieval quality against labeled images of each class</title>\n");
        svg.Append(Invariant($"<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n"));
        svg.Append(Invariant($"<text x=\"{Left}\" y=\"24\" font-size=\"15\" font-weight=\"bold\" fill=\"#241f31\">"));
        svg.Append("mAP against labeled images of each class, ResNet-18, frozen but where a line says otherwise</text>\n");
        for (int i = 0; i < collections.Length; i++)
            Panel(svg, Left + i * (PanelWidth + Gap), collections[i], [.. all.Where(f => f.Collection == collections[i])], labels);
        Legend(svg, height - 56, width, all);
        svg.Append("</svg>\n");
        File.WriteAllText(target, svg.ToString());
    }

    private static void Panel(StringBuilder svg, int left, string collection, LabelEfficiencyFigure[] figures, int[] labels)
    {
        double highest = Math.Ceiling(figures.Max(f => f.MeanAveragePrecision) * 5) / 5;
        double X(int label) => left + PanelWidth * (Array.IndexOf(labels, label) + 0.5) / labels.Length;
        double Y(double value) => Top + PanelHeight * (1 - value / highest);
        int seeds = SeedsOf(figures);
        svg.Append(Invariant($"<text x=\"{left}\" y=\"{Top - 10}\" font-weight=\"bold\" fill=\"#241f31\">{s_titles[collection]}</text>"));
        svg.Append(Invariant($"<text x=\"{left + PanelWidth}\" y=\"{Top - 10}\" text-anchor=\"end\" fill=\"#5e5c64\">{NameOf(seeds)}</text>\n"));
        for (double tick = 0; tick <= highest + 1e-9; tick += 0.2)
        {
            svg.Append(Invariant($"<path d=\"M{left} {Y(tick):F1}H{left + PanelWidth}\" stroke=\"#deddda\"/>"));
            svg.Append(Invariant($"<text x=\"{left - 6}\" y=\"{Y(tick) + 4:F1}\" text-anchor=\"end\" fill=\"#5e5c64\">{tick:F1}</text>\n"));
        }
        foreach (int label in labels)
            svg.Append(Invariant($"<text x=\"{X(label):F1}\" y=\"{Top + PanelHeight + 18}\" text-anchor=\"middle\" fill=\"#5e5c64\">{label}</text>\n"));
        svg.Append(Invariant($"<text x=\"{left + PanelWidth / 2}\" y=\"{Top + PanelHeight + 36}\" text-anchor=\"middle\" fill=\"#5e5c64\">"));
        svg.Append("labeled images of each class</text>\n");
        // The most important line last, on top.
        foreach (var (method, _, color, dashes) in s_lines.Reverse())
        {
            var points = figures.Where(f => f.Method == method).GroupBy(f => f.LabelsPerClass).OrderBy(group => group.Key)
                .Select(group => (X: X(group.Key), Y: Y(group.Average(f => f.MeanAveragePrecision)), Low: Y(group.Min(f => f.MeanAveragePrecision)),
                    High: Y(group.Max(f => f.MeanAveragePrecision)))).ToArray();
            if (points.Length == 0)
                continue;
            string path = string.Join("L", points.Select(point => Invariant($"{point.X:F1} {point.Y:F1}")));
            svg.Append(Invariant($"<path d=\"M{path}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\" stroke-dasharray=\"{dashes}\"/>\n"));
            foreach (var point in points.Where(_ => dashes.Length == 0))
            {
                svg.Append(Invariant($"<path d=\"M{point.X:F1} {point.Low:F1}V{point.High:F1}\" stroke=\"{color}\" stroke-width=\"2\"/>"));
                svg.Append(Invariant($"<circle cx=\"{point.X:F1}\" cy=\"{point.Y:F1}\" r=\"3.5\" fill=\"{color}\"/>\n"));
            }
        }
    }

    private static void Legend(StringBuilder svg, int top, int width, LabelEfficiencyFigure[] all)
    {
        int column = (width - Left) / Columns, most = SeedsOf(all);
        var drawn = s_lines.Select(line => (line.Name, line.Color, line.Dashes, Seeds: SeedsOf(all.Where(f => f.Method == line.Method))))
            .Where(line => line.Seeds > 0).ToArray();
        for (int i = 0; i < drawn.Length; i++)
        {
            var (name, color, dashes, seeds) = drawn[i];
            if (seeds < most)
                name += $" ({NameOf(seeds)})";
            int x = Left + i % Columns * column, y = top + i / Columns * 22;
            svg.Append(Invariant($"<path d=\"M{x} {y}h28\" stroke=\"{color}\" stroke-width=\"2\" stroke-dasharray=\"{dashes}\"/>"));
            svg.Append(Invariant($"<text x=\"{x + 34}\" y=\"{y + 4}\" fill=\"#241f31\">{name}</text>\n"));
        }
    }

    private static int SeedsOf(IEnumerable<LabelEfficiencyFigure> figures) => figures.Select(f => f.Seed).Distinct().Count();

    private static string NameOf(int seeds) => seeds == 1 ? "one seed" : $"{seeds} seeds";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
