using System.Numerics;
using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Features;

namespace SSAH.MLNet.Tests.Features;

public sealed class ItqHashTests
{
    private readonly MLContext _ml = new(1);

    private sealed class Row
    {
        [VectorType(24)]
        public float[] Features { get; set; } = [];

        public string Label { get; set; } = "";
    }

    private IDataView View(int rows, int seed = 1)
    {
        var (features, groups) = Clusters.Draw(rows, 24, 6, seed);
        return _ml.Data.LoadFromEnumerable(Enumerable.Range(0, rows)
            .Select(row => new Row { Features = features.Row(row).ToArray(), Label = $"group {groups[row]}" }).ToArray());
    }

    [Fact]
    public void Codes_without_labels_rank_far_above_chance_survive_saving_and_are_repeatable()
    {
        IDataView data = View(600);
        using HashEncoder encoder = new MLContext(1).Transforms.ItqHash(bits: 32).Fit(data);
        var metrics = _ml.HashRetrieval.Evaluate(encoder.Transform(View(100, seed: 1)), encoder.Transform(data));
        Assert.True(metrics.MeanAveragePrecision > 0.5, $"{metrics.MeanAveragePrecision:F3}");
        using var file = new MemoryStream();
        _ml.Model.Save(encoder, data.Schema, file);
        file.Position = 0;
        byte[][] Codes(ITransformer model) => [.. model.Transform(data).GetColumn<byte[]>("HashCode")];
        byte[][] codes = Codes(encoder);
        Assert.Equal(codes, Codes(new MLContext().Model.Load(file, out _)));
        Assert.Equal(codes, Codes(new MLContext(1).Transforms.ItqHash(bits: 32).Fit(data)));
        Assert.True(codes.Average(code => code.Sum(b => BitOperations.PopCount(b))) is > 12 and < 20);
    }

    [Fact]
    public void Codes_may_have_thousands_of_bits()
    {
        using HashEncoder encoder = _ml.Transforms.ItqHash(bits: 512).Fit(View(100));
        Assert.Equal(512, encoder.Bits);
    }

    [Fact]
    public void Errors_name_the_column_and_a_remedy()
    {
        IDataView data = View(20);
        Assert.Contains("Features, Label", Assert.Throws<ArgumentException>(() => _ml.Transforms.ItqHash(inputColumnName: "Vector").Fit(data)).Message,
            StringComparison.Ordinal);
        Assert.Contains("Concatenate", Assert.Throws<ArgumentException>(() => _ml.Transforms.ItqHash(inputColumnName: "Label").Fit(data)).Message,
            StringComparison.Ordinal);
        Assert.Contains("at least 2", Assert.Throws<InvalidOperationException>(() => _ml.Transforms.ItqHash().Fit(View(1))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.ItqHash(bits: 0));
    }

    [Fact]
    public void An_encoder_of_features_refuses_features_of_another_network()
    {
        using HashEncoder encoder = _ml.Transforms.ItqHash(bits: 16).Fit(View(50));
        Assert.Contains("24 features", Assert.Throws<InvalidOperationException>(() => encoder.EncodeImage([1, 2, 3])).Message, StringComparison.Ordinal);
        var other = _ml.Data.LoadFromEnumerable([new OtherRow()]);
        Assert.Contains("5 features", Assert.ThrowsAny<ArgumentException>(() => encoder.Transform(other)).Message, StringComparison.Ordinal);
    }

    private sealed class OtherRow
    {
        [VectorType(5)]
        public float[] Features { get; set; } = new float[5];
    }
}
