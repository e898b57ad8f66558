using Microsoft.ML;
using SkiaSharp;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Reports.Tests;

public sealed class RobustnessReportTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ssah-robust-");
    private readonly MLContext _context = new(1);

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory, MemberData(nameof(PageMarkup.HostileNames), MemberType = typeof(PageMarkup))]
    public void Hostile_names_stay_text(string name) => PageMarkup.AssertStaysText(Report("cat").ToHtml(), Report(name).ToHtml());

    [Fact]
    public void Figures_and_names_are_on_the_page()
    {
        RobustnessReport report = Report("Ω");
        string html = report.ToHtml();
        foreach (string text in new[] { "Title Ω", "fact Ω", "value Ω", "class Ω", "rotated Ω", "asked Ω", "found Ω", "worst Ω", "note Ω" })
            Assert.Contains(System.Net.WebUtility.HtmlEncode(text), html, StringComparison.Ordinal);
        foreach (string figure in new[] { "0.800", "0.600", "0.250", "0.321" })
            Assert.Contains(figure, html, StringComparison.Ordinal);
        // The whole bar is 100 wide.
        Assert.Contains("width=\"25\"", html, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => (report with { Metrics = report.Metrics with { Clean = double.NaN } }).ToHtml());
    }

    [Fact]
    public void A_gallery_shows_what_changed_queries_find()
    {
        using HashEncoder encoder = HashEncoder.PerceptualHash();
        string[] files = [.. Enumerable.Range(0, 12).Select(Draw)];
        string table = Path.Combine(_folder.FullName, "labels.csv");
        File.WriteAllLines(table, ["path,label", .. files.Select((file, i) => $"{file},{(i % 2 == 0 ? "even" : "odd")}")]);
        ImageFiles images = _context.Data.LoadImageTable(table, encoder);
        RobustnessMetrics metrics = _context.HashRetrieval.EvaluateRobustness(
            encoder, images, images, options: new RobustnessOptions { ExcludeSameRow = true });

        IReadOnlyList<ReportChangedQuery> gallery = RobustnessGallery.Read(encoder, images, images, metrics, queryCount: 3, neighborCount: 4);

        Assert.Equal(3, gallery.Count);
        double[] losses = [.. gallery.Select(query => query.Figures.Clean - query.Figures.Worst)];
        Assert.Equal(metrics.Queries.Max(query => query.Clean - query.Worst), losses[0]);
        Assert.Equal(metrics.Queries.Min(query => query.Clean - query.Worst), losses[2]);
        foreach (ReportChangedQuery query in gallery)
        {
            string own = files[query.Figures.Row];
            Assert.Equal(metrics.Families.Count + 1, query.Views.Count);
            Assert.Equal(metrics.Families.Select(family => family.Views.MinBy(view => view.MeanAveragePrecision)!.Name),
                query.Views.Skip(1).Select(view => view.Name));
            // As it is, it finds what a search of its own file finds.
            BinaryCodes code = encoder.EncodeImage(own);
            int[] expected = [.. files.Where(file => file != own).Select(file => Distance(code, encoder.EncodeImage(file))).Order().Take(4)];
            Assert.Equal(expected, query.Views[0].Query.Nearest.Select(found => found.Distance));
            foreach (ReportNeighbor found in query.Views.SelectMany(view => view.Query.Nearest))
            {
                Assert.NotEqual(Path.GetFileName(own), found.Image.Name);
                Assert.Equal(found.Image.Label == query.Views[0].Query.Image.Label, found.IsRelevant);
            }
        }
        // The image of a turned query is turned.
        Assert.NotEqual(gallery[0].Views[0].Query.Image.Rgb.ToArray(), gallery[0].Views[1].Query.Image.Rgb.ToArray());
        Assert.Contains("as it is", new RobustnessReport { Title = "t", Metrics = metrics, Gallery = gallery }.ToHtml(), StringComparison.Ordinal);
    }

    private static int Distance(BinaryCodes left, BinaryCodes right) => System.Numerics.BitOperations.PopCount(left[0][0] ^ right[0][0]);

    private string Draw(int seed)
    {
        var random = new Random(seed);
        using var bitmap = new SKBitmap(64, 48);
        using (var canvas = new SKCanvas(bitmap))
            for (int i = 0; i < 8; i++)
            {
                using var paint = new SKPaint { Color = new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)) };
                canvas.DrawRect(random.Next(64), random.Next(48), random.Next(40), random.Next(40), paint);
            }
        string path = Path.Combine(_folder.FullName, $"{seed}.png");
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(path, data.ToArray());
        return path;
    }

    private static RobustnessReport Report(string name)
    {
        var query = new QueryRobustness(0, 0.8, 0.6, 0.25, 0.9, $"worst {name}");
        ReportQuery shown = new(Pages.Plain(1, label: $"asked {name}", name: name), [new(Pages.Plain(2, label: $"found {name}", name: name), 3, true)]);
        return new RobustnessReport
        {
            Title = $"Title {name}",
            Facts = [($"fact {name}", $"value {name}")],
            Metrics = new RobustnessMetrics
            {
                Bits = 16, QueryCount = 1, DatabaseCount = 2, ViewCount = 1, UnlabeledQueries = 1, QueriesWithoutRelevant = 1, Clean = 0.8, Mean = 0.6,
                WorstView = 0.25, Families = [new(QueryViewFamily.Rotation, 0.6, 0.25, [new($"rotated {name}", 0.321)])],
                Classes = [new(0, $"class {name}", 1, 0.8, 0.6, 0.25)], Queries = [query],
            },
            Gallery = [new ReportChangedQuery(query, [new("", shown), new($"rotated {name}", shown)])],
            Notes = [$"note {name}"],
        };
    }
}
