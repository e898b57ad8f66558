using System.Text.RegularExpressions;
using System.Xml.Linq;
using CsCheck;
using SSAH.MLNet.Samples.RetrievalReport;
using SkiaSharp;

namespace SSAH.MLNet.Samples.Tests.RetrievalReport;

public partial class RetrievalPageTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\"><img src=x onerror=alert(1)>")]
    [InlineData("' onmouseover='alert(1)")]
    [InlineData("</style></title></svg><svg onload=alert(1)>")]
    [InlineData("a\0b\u0007\uD800c &amp; \uFFFE")]
    public void Hostile_names_stay_text(string name)
    {
        var plain = RetrievalPageWriter.ToHtml(Pages.Full());
        var html = RetrievalPageWriter.ToHtml(Pages.Full(name));
        // The tags of the page are the same whatever the names are.
        Assert.Equal(TagNames(plain), TagNames(html));
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.All(Drawings(html), svg => XElement.Parse(svg));
    }

    [Fact]
    public void Any_name_leaves_every_drawing_well_formed() =>
        Gen.String.Sample(name =>
        {
            var html = RetrievalPageWriter.ToHtml(Pages.Full(name));
            foreach (var svg in Drawings(html))
                XElement.Parse(svg);
        }, iter: 200);

    [Fact]
    public void Page_asks_for_nothing_outside_itself()
    {
        var html = RetrievalPageWriter.ToHtml(Pages.Full());
        foreach (Match address in Addresses().Matches(html))
            Assert.StartsWith("data:image/png;base64,", address.Groups[1].Value, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", html, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<link", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Marks_equal_relevance()
    {
        var random = new Random(5);
        var hits = Enumerable.Range(0, 30).Select(i => new GalleryHit(Pages.Plain((byte)i), $"item{i}", i, random.Next(2) == 0)).ToArray();
        var html = RetrievalPageWriter.ToHtml(Pages.Full() with { Gallery = [new GalleryQuery(Pages.Plain(9), "query", hits)], Runs = [] });

        var shown = Hits().Matches(html);
        Assert.Equal(hits.Length, shown.Count);
        for (var i = 0; i < hits.Length; i++)
        {
            var (kind, mark) = hits[i].IsRelevant ? ("hit", "&#10003;") : ("miss", "&#10007;");
            Assert.Equal(kind, shown[i].Groups["kind"].Value);
            Assert.Equal(mark, shown[i].Groups["mark"].Value);
            Assert.Equal($"{kind}: item{i}", shown[i].Groups["alt"].Value);
            Assert.Equal($"{i}", shown[i].Groups["distance"].Value);
        }

        Assert.Contains($"{hits.Count(hit => hit.IsRelevant)} of 30", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Numbers_that_are_not_finite_are_refused_by_name(double value)
    {
        var page = Pages.Full();
        Chart[] charts =
        [
            new CurveChart("my curves", "x", "y", [new Curve("a", [(1, value)])]),
            new CurveChart("my curves", "x", "y", [new Curve("a", [(value, 1)])]),
            new BitBalanceChart("my bits", [value]),
        ];
        foreach (var chart in charts)
            Assert.Throws<ArgumentException>(() => RetrievalPageWriter.ToHtml(page with { Charts = [new ChartGroup("g", "", [chart])] }));
        var e = Assert.Throws<ArgumentException>(() => RetrievalPageWriter.ToHtml(page with { Charts = [new ChartGroup("g", "", [charts[0]])] }));
        Assert.Contains("my curves", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => RetrievalPageWriter.ToHtml(page with { Runs = [page.Runs[0] with { MeanAveragePrecision = value }] }));
    }

    [Fact]
    public void Every_coordinate_lies_inside_its_drawing() =>
        Gen.Select(Gen.Double[-1e6, 1e6], Gen.Double[-1e-6, 1e6]).Array[1, 60].Sample(points =>
        {
            var chart = new CurveChart("c", "x", "y", [new Curve("a", points)]);
            var svg = XElement.Parse(SSAH.MLNet.Samples.RetrievalReport.Charts.CurveSvg.Draw(chart));
            foreach (var dot in svg.Elements("circle"))
            {
                Assert.InRange((double)dot.Attribute("cx")!, 0, 560);
                Assert.InRange((double)dot.Attribute("cy")!, 0, 300);
            }

            Assert.InRange(svg.Descendants("line").Count(), 2, 40);
        }, iter: 300);

    [Fact]
    public void Distances_are_drawn_as_shares_with_their_means()
    {
        var svg = XElement.Parse(SSAH.MLNet.Samples.RetrievalReport.Charts.DistanceSvg.Draw(new DistanceChart("d", [1, 0, 3], [0, 0, 10])));
        var notes = svg.Elements("text").Where(text => (string?)text.Attribute("class") == "note");
        Assert.Equal(["mean 1.5", "mean 2.0"], notes.Select(text => text.Value));
        Assert.Throws<ArgumentException>(() => SSAH.MLNet.Samples.RetrievalReport.Charts.DistanceSvg.Draw(new DistanceChart("d", [1], [1, 2])));
    }

    [Fact]
    public void Best_run_is_marked_and_unknown_figures_are_dashes()
    {
        var html = RetrievalPageWriter.ToHtml(Pages.Full());
        Assert.Single(Regex.Matches(html, "<tr class=\"best\">"));
        Assert.Contains("<tr class=\"best\"><th scope=\"row\">run cat", html, StringComparison.Ordinal);
        Assert.Contains("1 min 15 s", html, StringComparison.Ordinal);
        Assert.Equal(4, Regex.Count(html, "<td class=\"number\">&#8211;</td>"));
    }

    [Fact]
    public void Thumbnails_decode_to_the_pixels_that_went_in() =>
        Gen.Select(Gen.Int[1, 20], Gen.Int[1, 20]).SelectMany((width, height) =>
            Gen.Byte.Array[width * height * 3].Select(rgb => new Image(width, height, rgb))).Sample(image =>
        {
            using var decoded = SKBitmap.Decode(PngThumbnail.Encode(image));
            Assert.Equal((image.Width, image.Height), (decoded.Width, decoded.Height));
            var rgb = image.Rgb.Span;
            for (var i = 0; i < rgb.Length / 3; i++)
            {
                var color = decoded.GetPixel(i % image.Width, i / image.Width);
                Assert.Equal((rgb[i * 3], rgb[(i * 3) + 1], rgb[(i * 3) + 2]), (color.Red, color.Green, color.Blue));
            }
        }, iter: 100);

    [Fact]
    public void Large_images_become_small_ones_of_the_same_color()
    {
        var uri = PngThumbnail.DataUri(Pages.Plain(77, side: 300));
        using var decoded = SKBitmap.Decode(Convert.FromBase64String(uri[(uri.IndexOf(',', StringComparison.Ordinal) + 1)..]));
        Assert.InRange(decoded.Width, 32, 64);
        Assert.Equal(new SKColor(77, 77, 77), decoded.GetPixel(5, 9));
        Assert.Throws<ArgumentException>(() => PngThumbnail.DataUri(new Image(2, 2, new byte[11])));
    }

    [Fact]
    public void File_is_written_whole()
    {
        using var folder = new TempFolder();
        var path = folder.At("deep", "er", "page.html");
        RetrievalPageWriter.Write(Pages.Full(), path);
        Assert.Equal(RetrievalPageWriter.ToHtml(Pages.Full()), File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(folder.At("deep", "er")));
    }

    private static string[] TagNames(string html) => [.. Tags().Matches(html).Select(tag => tag.Value)];

    private static IEnumerable<string> Drawings(string html) => Svgs().Matches(html).Select(match => match.Value);

    [GeneratedRegex("</?[a-zA-Z][a-zA-Z0-9]*")]
    private static partial Regex Tags();

    [GeneratedRegex("<svg.*?</svg>", RegexOptions.Singleline)]
    private static partial Regex Svgs();

    [GeneratedRegex("(?:src|href)=\"([^\"]*)\"")]
    private static partial Regex Addresses();

    [GeneratedRegex(
        """<li class="(?<kind>hit|miss)".*?alt="(?<alt>[^"]*)"><i aria-hidden="true">(?<mark>&#\d+;)</i></span>\s*<small>(?<distance>\d+)</small>""",
        RegexOptions.Singleline)]
    private static partial Regex Hits();
}
