using System.Numerics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet.Reports.Tests;

public sealed class ReportGalleryTests
{
    private static readonly string[] s_classes = ["ant", "bee", "cat"];
    private readonly MLContext _ml = new(1);

    [Fact]
    public void Queries_come_from_each_class_in_turn_with_their_true_neighbors()
    {
        Row[] queries = Rows(20, seed: 1), database = Rows(50, seed: 2);
        IReadOnlyList<ReportQuery> gallery = ReportGallery.Read(View(queries), View(database), queryCount: 5, neighborCount: 4);

        // Five queries of three classes: the first two of the classes that come first, the first of the last one.
        IEnumerable<(Row Row, int Turn)> turns = queries.GroupBy(row => row.Label).SelectMany(group => group.Select((row, turn) => (row, turn)));
        Row[] expected = [.. turns.OrderBy(each => each.Turn).ThenBy(each => Array.IndexOf(queries, each.Row)).Take(5).Select(each => each.Row)];
        Assert.Equal(["ant", "ant", "bee", "bee", "cat"], gallery.Select(query => query.Image.Label));
        Assert.Equal(expected.Select(row => Path.GetFileName(row.ImagePath)).Order(), gallery.Select(query => query.Image.Name).Order());
        foreach (ReportQuery shown in gallery)
        {
            Row query = queries.Single(row => Path.GetFileName(row.ImagePath) == shown.Image.Name);
            Row[] nearest = [.. database.OrderBy(row => Distance(row, query)).Take(4)];
            Assert.Equal(nearest.Select(row => Distance(row, query)), shown.Nearest.Select(found => found.Distance));
            Assert.Equal(nearest.Select(row => Path.GetFileName(row.ImagePath)), shown.Nearest.Select(found => found.Image.Name));
            Assert.Equal(nearest.Select(row => row.Label == query.Label), shown.Nearest.Select(found => found.IsRelevant));
            Assert.Equal(nearest.Select(row => row.Label), shown.Nearest.Select(found => found.Image.Label));
        }
    }

    [Fact]
    public void Pixels_become_colors()
    {
        Row row = Rows(1, seed: 3)[0];
        ReportImage image = ReportGallery.Read(View([row]), View([row]), 1, 1)[0].Image;
        Assert.Equal((2, 1), (image.Width, image.Height));
        // Planes of red, green and blue become pixels.
        Assert.Equal([row.Pixels[0], row.Pixels[2], row.Pixels[4], row.Pixels[1], row.Pixels[3], row.Pixels[5]], image.Rgb.ToArray());
    }

    [Fact]
    public void Image_of_a_view_that_is_searched_in_itself_is_not_its_own_neighbor()
    {
        Row[] rows = Rows(6, seed: 4);
        IDataView view = View(rows);
        foreach (ReportQuery query in ReportGallery.Read(view, view, 6, 10))
        {
            Assert.Equal(5, query.Nearest.Count);
            Assert.DoesNotContain(query.Image.Name, query.Nearest.Select(found => found.Image.Name));
        }
    }

    [Fact]
    public void Unlabeled_queries_are_passed_over()
    {
        Row[] rows = Rows(9, seed: 5);
        foreach (Row row in rows[..6])
            row.Label = "";
        Assert.Equal(3, ReportGallery.Read(View(rows), View(rows)).Count);
    }

    [Fact]
    public void Errors_name_the_column()
    {
        IDataView view = View(Rows(3, seed: 6));
        Assert.Contains("'Code'", Assert.Throws<ArgumentException>(() => ReportGallery.Read(view, view, codeColumnName: "Code")).Message,
            StringComparison.Ordinal);
        Assert.Contains("'Photo'", Assert.ThrowsAny<ArgumentException>(() => ReportGallery.Read(view, view, imageColumnName: "Photo")).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => ReportGallery.Read(view, view, queryCount: 0));
    }

    private IDataView View(Row[] rows) =>
        _ml.Transforms.Conversion.MapValueToKey("Label", keyData: _ml.Data.LoadFromEnumerable(s_classes.Select(name => new ClassName { Name = name })))
            .Fit(_ml.Data.LoadFromEnumerable(rows)).Transform(_ml.Data.LoadFromEnumerable(rows));

    private static Row[] Rows(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var row = new Row { ImagePath = Path.Combine("folder", $"{seed}-{i}.png"), Label = s_classes[i % 5 % 3], HashCode = new byte[3],
                Pixels = new byte[6] };
            random.NextBytes(row.HashCode);
            random.NextBytes(row.Pixels);
            return row;
        })];
    }

    private static int Distance(Row a, Row b) => a.HashCode.Zip(b.HashCode, (x, y) => BitOperations.PopCount((uint)(x ^ y))).Sum();

    private sealed class Row
    {
        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";

        [VectorType(3)]
        public byte[] HashCode { get; set; } = [];

        [VectorType(3, 1, 2)]
        public byte[] Pixels { get; set; } = [];
    }

    private sealed class ClassName
    {
        public string Name { get; set; } = "";
    }
}
