using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Onnx;
using SSAH.MLNet.Onnx.Wire;

namespace SSAH.MLNet.Training.Tests.Trainer;

/// <summary>Images that a network cannot take are refused before any of them is read.</summary>
public sealed class ImageSizeTests
{
    private sealed class Row
    {
        public float[] Pixels { get; set; } = [];

        [KeyType(2)]
        public uint Label { get; set; }
    }

    private static IDataView Unreadable(MLContext ml, int height, int width)
    {
        var definition = SchemaDefinition.Create(typeof(Row));
        definition[nameof(Row.Pixels)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 3, height, width);
        static IEnumerable<Row> Rows()
        {
            yield return Fail();
        }
        return ml.Data.LoadFromEnumerable(Rows(), definition);
    }

    private static Row Fail() => throw new InvalidTimeZoneException("An image was read.");

    private static string Refusal(Backbone backbone, int height, int width)
    {
        var ml = new MLContext(1);
        var options = Images.Options(steps: 2);
        options.Backbone = backbone;
        return Assert.Throws<UnsupportedNetworkException>(() => ml.Transforms.SsahHash(options).Fit(Unreadable(ml, height, width))).Message;
    }

    public static TheoryData<string, int, int> TooSmall => new(
        from backbone in new[] { "auto", "small", "resnet" }
        from size in new[] { (1, 1), (7, 7), (5, 100), (100, 5) }
        select new TheoryDataRow<string, int, int>(backbone, size.Item1, size.Item2));

    private static Backbone Named(string name) => name switch
    {
        "auto" => Backbone.Auto,
        "small" => Backbone.SmallResNet(16),
        _ => Backbone.ResNet18FromScratch(16),
    };

    [Theory]
    [MemberData(nameof(TooSmall))]
    public void Images_below_8_pixels_name_the_column_and_the_least_size(string backbone, int height, int width)
    {
        string message = Refusal(Named(backbone), height, width);
        foreach (string part in new[] { "'Pixels'", $"{height}x{width}", "8", "ResizeImages" })
            Assert.Contains(part, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("small", 8, 8)]
    [InlineData("resnet", 8, 8)]
    [InlineData("resnet", 8, 100)]
    public void Images_of_the_least_size_are_trained_on(string backbone, int height, int width)
    {
        var ml = new MLContext(1);
        var definition = SchemaDefinition.Create(typeof(Row));
        definition[nameof(Row.Pixels)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 3, height, width);
        var random = new Random(1);
        var rows = Enumerable.Range(0, 16).Select(i =>
            new Row { Label = (uint)(i % 2), Pixels = [.. Enumerable.Range(0, 3 * height * width).Select(_ => (float)random.Next(256))] });
        var options = Images.Options(steps: 1);
        options.Backbone = Named(backbone);
        using var encoder = ml.Transforms.SsahHash(options).Fit(ml.Data.LoadFromEnumerable(rows.ToArray(), definition));
        Assert.Equal(new PixelShape(3, height, width), encoder.InputShape);
    }

    [Fact]
    public void Images_that_an_ONNX_network_cannot_take_name_the_column_and_the_size_that_it_takes()
    {
        string file = Path.Combine(Path.GetTempPath(), $"ssah-size-{Guid.NewGuid():N}.onnx");
        try
        {
            var graph = new OnnxGraph("valid");
            string image = graph.Input("image", -1, 3, -1, -1);
            var random = new Random(1);
            string weight = graph.Constant([.. Enumerable.Range(0, 16 * 3 * 81).Select(_ => (float)random.NextDouble())], 16, 3, 9, 9);
            graph.Output("features", graph.Op("GlobalAveragePool", [graph.Op("Conv", [image, weight])]), TensorProto.Types.DataType.Float, -1, 16, 1, 1);
            File.WriteAllBytes(file, graph.ToBytes());
            string message = Refusal(Backbone.FromOnnx(file), 4, 4);
            foreach (string part in new[] { "'Pixels'", "4x4", "9x9", "Side to 9", Path.GetFileName(file) })
                Assert.Contains(part, message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void ResNet18_names_the_multiple_of_32_that_it_takes()
    {
        string message = Refusal(Backbone.ResNet18(), 40, 40);
        Assert.Contains("40x40", message, StringComparison.Ordinal);
        Assert.Contains("Side to 64", message, StringComparison.Ordinal);
    }
}
