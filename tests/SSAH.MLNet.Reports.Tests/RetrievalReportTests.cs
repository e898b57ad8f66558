using System.Text.RegularExpressions;
using System.Xml.Linq;
using CsCheck;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Reports.Charts;
using SSAH.MLNet.Reports.Page;
using SkiaSharp;

namespace SSAH.MLNet.Reports.Tests;

public sealed partial class RetrievalReportTests
{
    [Theory, MemberData(nameof(PageMarkup.HostileNames), MemberType = typeof(PageMarkup))]
    public void Hostile_names_stay_text(string name)
    {
        string html = Pages.Full(name).ToHtml();
        PageMarkup.AssertStaysText(Pages.Full().ToHtml(), html);
        Assert.All(Drawings(html), svg => XElement.Parse(svg));
    }

    [Fact]
    public void Every_name_is_on_the_page()
    {
        string html = Pages.Full("Ω").ToHtml();
        foreach (string text in new[]
        {
            "Report", "Summary", "fact", "value", "run", "about", "asked", "file", "found", "path", "lost", "chosen", "note", "class", "leak", "copy",
        })
            Assert.Contains($"{text} Ω", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Chance_and_a_comparison_stand_beside_the_runs()
    {
        RetrievalReport report = Pages.Full();
        RankingFigures chance = report.Runs[0].Metrics.Chance!.Value;
        Assert.Contains($"<b>{Markup.Share(chance.MeanAveragePrecision)}</b>", report.ToHtml(), StringComparison.Ordinal);
        var figures = new RankingFigures(3, 0.4321, 0.1234);
        var comparison = new RetrievalComparison(3, 9, 10,
            [new(ComparedMethod.Chance, "chance", null, new(3, 0.1, 0.1), null, null), new(ComparedMethod.Cosine, "cosine <b>", null, figures, figures, null),
                new(ComparedMethod.TrainedCodes, "codes", 64, new(3, 0.9, 0.9), figures, new(0, double.NaN, double.NaN))]);
        string html = (report with { Comparison = comparison }).ToHtml();
        Assert.Contains("cosine &lt;b&gt;", html, StringComparison.Ordinal);
        Assert.Contains("<b>0.432</b>", html, StringComparison.Ordinal);
        Assert.Contains("Training paid", html, StringComparison.Ordinal);
        Assert.Contains("Training paid", new RetrievalReport { Title = "only compared", Comparison = comparison }.ToHtml(), StringComparison.Ordinal);
        Assert.DoesNotContain("Beside chance", new RetrievalReport { Title = "nothing" }.ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void Any_name_leaves_every_drawing_well_formed()
    {
        RetrievalReport report = Pages.Full();
        Gen.String.Sample(name =>
        {
            string html = (report with
            {
                Runs = [new ReportRun(name, report.Runs[0].Metrics), new ReportRun(name + "2", report.Runs[1].Metrics)],
            }).ToHtml();
            foreach (string svg in Drawings(html))
                XElement.Parse(svg);
        }, iter: 50);
    }

    [Fact]
    public void Page_asks_for_nothing_outside_itself()
    {
        string html = Pages.Full().ToHtml();
        Assert.All(PageMarkup.Addresses(html), address => Assert.StartsWith("data:image/png;base64,", address, StringComparison.Ordinal));
        Assert.DoesNotContain("@import", html, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<link", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Marks_equal_relevance()
    {
        var random = new Random(5);
        ReportNeighbor[] found = [.. Enumerable.Range(0, 30).Select(i => new ReportNeighbor(Pages.Plain((byte)i, label: $"item{i}"), i, random.Next(2) == 0))];
        string html = (Pages.Full() with { Gallery = [new ReportQuery(Pages.Plain(9, label: "query"), found)], Runs = [] }).ToHtml();

        MatchCollection shown = Neighbors().Matches(html);
        Assert.Equal(found.Length, shown.Count);
        for (int i = 0; i < found.Length; i++)
        {
            (string kind, string mark) = found[i].IsRelevant ? ("hit", "&#10003;") : ("miss", "&#10007;");
            Assert.Equal(kind, shown[i].Groups["kind"].Value);
            Assert.Equal(mark, shown[i].Groups["mark"].Value);
            Assert.Equal($"{kind}: item{i}", shown[i].Groups["alt"].Value);
            Assert.Equal($"{i}", shown[i].Groups["distance"].Value);
        }
        Assert.Contains($"{found.Count(each => each.IsRelevant)} of 30", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Figures_are_those_of_the_first_run_and_unknown_ones_are_dashes()
    {
        RetrievalReport report = Pages.Full();
        HammingRetrievalMetrics metrics = report.Runs[0].Metrics;
        string html = report.ToHtml();
        Assert.Contains("<strong>0.900</strong>", html, StringComparison.Ordinal);
        double precision = metrics.Cutoffs.Single(cutoff => cutoff.K == 100).Precision;
        Assert.Contains(FormattableString.Invariant($"precision@100</span><strong>{precision:F3}</strong>"), html, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"<td class=\"number\">{metrics.StableMeanAveragePrecision:F3}</td>"), html, StringComparison.Ordinal);
        Assert.Contains("1 min 15 s", html, StringComparison.Ordinal);
        Assert.Contains("<strong>2 bytes</strong>", html, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(html, "<tr class=\"best\"><th scope=\"row\">run cat"));
        // The second run has no row order, no precision@100 and no time.
        Assert.Equal(3, Regex.Count(html, "<td class=\"number\">&#8211;</td>"));
    }

    [Fact]
    public void Page_of_one_run_says_the_result_in_words()
    {
        HammingRetrievalMetrics metrics = Pages.Metrics();
        using var folder = new TempFolder();
        RetrievalReport.Write(folder.At("page.html"), "Holiday photos", metrics);
        string html = File.ReadAllText(folder.At("page.html"));
        double near = metrics.Cutoffs.Single(cutoff => cutoff.K == 10).Precision * 10;
        Assert.Contains(FormattableString.Invariant($"Of the 10 images nearest to a query, {near:F1} on average share a label with it."), html,
            StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"gallery\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"best\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_without_runs_or_cutoffs_is_a_page()
    {
        Assert.Contains("<h1>Empty</h1>", new RetrievalReport { Title = "Empty" }.ToHtml(), StringComparison.Ordinal);
        HammingRetrievalMetrics bare = Pages.Metrics(1, new RetrievalOptions { Cutoffs = [], Diagnostics = false, BootstrapSamples = 0, StableOrder = false });
        string html = new RetrievalReport { Title = "Bare", Runs = [new ReportRun("only", bare)] }.ToHtml();
        Assert.Contains("Codes of 16 bits", html, StringComparison.Ordinal);
        Assert.DoesNotContain("precision@", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Bit balance", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Numbers_that_are_not_finite_are_refused_by_name(double value)
    {
        RetrievalReport report = Pages.Full();
        foreach ((double x, double y) in ((double, double)[])[(1, value), (value, 1)])
        {
            ReportChart chart = new("my curves", "x", "y", [new ReportCurve("a", [(x, y)])]);
            Assert.Contains("my curves", Assert.Throws<ArgumentException>(() => CurveSvg.Draw(chart)).Message, StringComparison.Ordinal);
        }
        var training = new HashTrainingSummary { History = [Pages.Point(1, value)] };
        Assert.Contains("Loss terms", Assert.Throws<ArgumentException>(() => (report with { Training = training }).ToHtml()).Message, StringComparison.Ordinal);
        HammingRetrievalMetrics broken = report.Runs[0].Metrics with { MeanAveragePrecision = value };
        Assert.Throws<ArgumentException>(() => (report with { Runs = [new ReportRun("broken", broken)] }).ToHtml());
    }

    [Fact]
    public void Every_coordinate_lies_inside_its_drawing() =>
        Gen.Select(Gen.Double[-1e6, 1e6], Gen.Double[-1e-6, 1e6]).Array[1, 60].Sample(points =>
        {
            XElement svg = XElement.Parse(CurveSvg.Draw(new ReportChart("c", "x", "y", [new ReportCurve("a", points)])).Svg);
            foreach (XElement dot in svg.Elements("circle"))
            {
                Assert.InRange((double)dot.Attribute("cx")!, 0, 560);
                Assert.InRange((double)dot.Attribute("cy")!, 0, 300);
            }
            Assert.InRange(svg.Descendants("line").Count(), 2, 40);
        }, iter: 300);

    [Fact]
    public void Distances_are_drawn_as_shares_with_their_means()
    {
        XElement svg = XElement.Parse(DistanceSvg.Draw([1, 0, 3], [0, 0, 10]).Svg);
        IEnumerable<XElement> notes = svg.Elements("text").Where(text => (string?)text.Attribute("class") == "note");
        Assert.Equal(["mean 1.5", "mean 2.0"], notes.Select(text => text.Value));
    }

    [Fact]
    public void Small_images_keep_every_pixel() =>
        Gen.Select(Gen.Int[1, 20], Gen.Int[1, 20]).SelectMany((width, height) =>
            Gen.Byte.Array[width * height * 3].Select(rgb => new ReportImage(width, height, rgb))).Sample(image =>
        {
            using SKBitmap decoded = Decode(Thumbnail.DataUri(image));
            Assert.Equal((image.Width, image.Height), (decoded.Width, decoded.Height));
            ReadOnlySpan<byte> rgb = image.Rgb.Span;
            for (int i = 0; i < rgb.Length / 3; i++)
            {
                SKColor color = decoded.GetPixel(i % image.Width, i / image.Width);
                Assert.Equal((rgb[i * 3], rgb[i * 3 + 1], rgb[i * 3 + 2]), (color.Red, color.Green, color.Blue));
            }
        }, iter: 100);

    [Fact]
    public void Large_images_become_small_ones_of_the_same_color_and_shape()
    {
        var image = new ReportImage(300, 150, Enumerable.Repeat((byte)77, 300 * 150 * 3).ToArray());
        using SKBitmap decoded = Decode(Thumbnail.DataUri(image));
        Assert.Equal((128, 64), (decoded.Width, decoded.Height));
        Assert.InRange(decoded.GetPixel(5, 9).Green, 76, 78);
        ArgumentException e = Assert.Throws<ArgumentException>(() => Thumbnail.DataUri(new ReportImage(2, 2, new byte[11])));
        Assert.Contains("2 x 2 pixels has 11 bytes", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Charts_of_a_training_leave_out_what_was_switched_off()
    {
        IReadOnlyList<ReportChart> plain = LearningCharts.Of([Pages.Point(1, 0), Pages.Point(2, 0)]);
        Assert.Equal(["similarity", "classification"], Assert.Single(plain).Curves.Select(curve => curve.Name));
        Assert.Equal([(1, 2), (2, 1)], plain[0].Curves[0].Points);
        IReadOnlyList<ReportChart> full = LearningCharts.Of([Pages.Point(1, 0.5), Pages.Point(2, 1)]);
        Assert.Equal(["Loss terms", "Difficulty", "What hard samples add", "Occluded area", "Rotation"], full.Select(chart => chart.Title));
        Assert.Equal([(1, 0.25), (2, 0.5)], full[2].Curves[0].Points);
        Assert.Empty(LearningCharts.Of([]));
    }

    [Fact]
    public void File_is_written_whole_and_replaces_the_one_before()
    {
        using var folder = new TempFolder();
        string path = folder.At("deep", "er", "page.html");
        Pages.Full("dog").Write(path);
        Pages.Full().Write(path);
        Assert.Equal(Pages.Full().ToHtml(), File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(folder.At("deep", "er")));
    }

    [Fact]
    public void Reports_reference_neither_training_nor_samples() =>
        Assert.DoesNotContain(typeof(RetrievalReport).Assembly.GetReferencedAssemblies(), assembly =>
            assembly.Name!.Contains("Torch", StringComparison.OrdinalIgnoreCase) || assembly.Name.Contains("Training", StringComparison.Ordinal)
            || assembly.Name.Contains("Samples", StringComparison.Ordinal));

    private static SKBitmap Decode(string uri) => SKBitmap.Decode(Convert.FromBase64String(uri[(uri.IndexOf(',', StringComparison.Ordinal) + 1)..]));

    private static IEnumerable<string> Drawings(string html) => Svgs().Matches(html).Select(match => match.Value);

    [GeneratedRegex("<svg.*?</svg>", RegexOptions.Singleline)]
    private static partial Regex Svgs();

    [GeneratedRegex(
        """<li class="(?<kind>hit|miss)".*?alt="(?<alt>[^"]*)"><i aria-hidden="true">(?<mark>&#\d+;)</i></span>\s*<small>(?<distance>\d+)</small>""",
        RegexOptions.Singleline)]
    private static partial Regex Neighbors();
}
