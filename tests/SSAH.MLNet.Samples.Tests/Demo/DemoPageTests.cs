using SSAH.MLNet.BenchmarkData;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Samples.Demo;
using SSAH.MLNet.Samples.RetrievalReport;

namespace SSAH.MLNet.Samples.Tests.Demo;

public sealed class DemoPageTests
{
    private readonly DemoImages _data;
    private readonly ModelResult _result;
    private readonly BinaryCodes _queries;
    private readonly BinaryCodes _database;

    public DemoPageTests()
    {
        var images = DrawnImages.Create(perClass: 30, side: 8);
        _data = new DemoImages(images, ImageSplits.Draw(images, seed: 1));
        _queries = RandomCodes(_data.Queries.Count, seed: 1);
        _database = RandomCodes(_data.Database.Count, seed: 2);
        var index = new HammingFlatIndex(16);
        index.Add(_database);
        _result = new ModelResult
        {
            Model = new TrainedModel("random", "codes", "x.zip", "x.jsonl", 61, 100),
            Metrics = RetrievalEvaluation.Evaluate(_queries, images.ToLabelSets(_data.Queries), _database, images.ToLabelSets(_data.Database)),
            Nearest = index.Search(_queries, 50),
            VoteAccuracy = 0.25,
            ImagesPerSecond = 1000,
            Curves = [new LearningPoint { Step = 1, SimilarityLoss = 2 }, new LearningPoint { Step = 2, SimilarityLoss = 1 }],
        };
    }

    [Fact]
    public void Page_shows_the_measured_figures()
    {
        var page = DemoPage.Compose(_data, Record(), [_result, _result]);
        Assert.Equal(2, page.Runs.Count);
        Assert.Equal(_result.Metrics.MeanAveragePrecision, page.Runs[0].MeanAveragePrecision);
        Assert.InRange(page.Runs[0].MeanAveragePrecision, page.Runs[0].Pessimistic, page.Runs[0].Optimistic);
        Assert.Contains(page.Tiles, tile => tile.Value == $"{_result.Metrics.MeanAveragePrecision:F3}");
        var html = RetrievalPageWriter.ToHtml(page);
        Assert.Contains("1 min 1 s", html, StringComparison.Ordinal);
        // The loss that was always 0 is not drawn; the other is.
        Assert.Contains(page.Charts.SelectMany(group => group.Charts).OfType<CurveChart>(), chart => chart.Curves is [{ Name: "similarity" }]);
    }

    [Fact]
    public void Gallery_holds_the_first_query_of_each_class_with_its_true_neighbors()
    {
        var gallery = DemoPage.Compose(_data, Record(), [_result]).Gallery;
        Assert.Equal(_data.Images.ClassNames.Order(StringComparer.Ordinal), gallery.Select(query => query.Label));
        foreach (var query in gallery)
        {
            var row = Enumerable.Range(0, _data.Queries.Count).First(i => LabelOf(_data.Queries[i]) == query.Label);
            Assert.Equal(_data.Images.PixelsOf(_data.Queries[row]), query.Image.Rgb.Span);
            var distances = Enumerable.Range(0, _database.Count).Select(i => Distance(_queries[row], _database[i])).Order().Take(10);
            Assert.Equal(distances, query.Nearest.Select(hit => hit.Distance));
            Assert.All(query.Nearest, hit => Assert.Equal(hit.Label == query.Label, hit.IsRelevant));
        }
    }

    [Fact]
    public void Table_has_a_line_for_each_run()
    {
        var table = Comparison.Table([_result, _result]);
        Assert.Equal(2, table.Split('\n').Count(line => line.StartsWith("random", StringComparison.Ordinal)));
        Assert.Contains($"{_result.Metrics.MeanAveragePrecision:F3}", table, StringComparison.Ordinal);
    }

    [Fact]
    public void Record_and_curves_survive_their_files()
    {
        using var folder = new TempFolder();
        Record().Save(folder.Path);
        var loaded = DemoRecord.Load(folder.Path);
        Assert.Equal(Record() with { Models = [] }, loaded with { Models = [] });
        Assert.Equal(Record().Models, loaded.Models);
        folder.Write("c.jsonl", """{"Step":3,"Margin":0.5,"Elapsed":"00:00:01"}"""u8.ToArray());
        var point = Assert.Single(LearningPoint.Load(folder.At("c.jsonl")));
        Assert.Equal((3, 0.5), (point.Step, point.Margin));
        var e = Assert.Throws<FileNotFoundException>(() => DemoRecord.Load(folder.At("none")));
        Assert.Contains("train first", e.Message, StringComparison.Ordinal);
    }

    private string LabelOf(int row) => _data.Images.ClassNames[_data.Images.ClassOf(row)];

    private static DemoRecord Record() => new()
    {
        Data = null, Side = 8, Seed = 1, Bits = 16, Models = [new TrainedModel("a", "b", "c", "d", 1.5, 2)],
    };

    private static BinaryCodes RandomCodes(int count, int seed)
    {
        var bytes = new byte[count * 2];
        new Random(seed).NextBytes(bytes);
        return BinaryCodes.FromPacked(16, bytes);
    }

    private static int Distance(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b) => System.Numerics.BitOperations.PopCount(a[0] ^ b[0]);
}
