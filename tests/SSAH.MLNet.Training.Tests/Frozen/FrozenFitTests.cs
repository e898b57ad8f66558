using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet.Training.Tests.Frozen;

public sealed class FrozenFitTests
{
    private const int Dimensions = 32;
    private readonly MLContext _ml = new(1);

    private sealed class Row
    {
        [VectorType(Dimensions)]
        public float[] Features { get; set; } = [];

        public string Label { get; set; } = "";
    }

    // Groups overlap: features alone do not tell them apart, and the last group never has a label.
    private static Row[] Rows(int count, int groups, int labeledPerGroup, int seed)
    {
        var random = new Random(seed);
        var normal = new MathNet.Numerics.Distributions.Normal(0, 1, random);
        var centers = new MathNet.Numerics.Distributions.Normal(0, 1, new Random(99));
        float[][] center = [.. Enumerable.Range(0, groups)
            .Select(_ => Enumerable.Range(0, Dimensions).Select(i => i < 8 ? (float)centers.Sample() : 0).ToArray())];
        int[] labeled = new int[groups];
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            int group = random.Next(groups);
            return new Row
            {
                Features = [.. center[group].Select(c => c + (float)normal.Sample() * 0.9f)],
                Label = labeledPerGroup < 0 || (group < groups - 1 && labeled[group]++ < labeledPerGroup) ? $"group {group}" : "",
            };
        })];
    }

    private double Quality(HashEncoder encoder, string? only = null, string? except = null)
    {
        IDataView All(Row[] rows) => encoder.Transform(_ml.Data.LoadFromEnumerable(rows));
        var queries = Rows(200, 6, -1, seed: 7).Where(row => (only is null || row.Label == only) && row.Label != except).ToArray();
        return _ml.HashRetrieval.Evaluate(All(queries), All(Rows(1000, 6, -1, seed: 8))).MeanAveragePrecision;
    }

    [Fact]
    public void A_few_labels_beat_none_on_their_classes_and_leave_the_unlabeled_class_findable()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Rows(1000, 6, 3, seed: 8));
        var options = new SsahTrainer.Options { FeatureColumnName = "Features", Bits = 32, Seed = 1 };
        using HashEncoder trained = _ml.Transforms.SsahHash(options).Fit(data), without = _ml.Transforms.ItqHash(bits: 32).Fit(data);
        double gain = Quality(trained, except: "group 5") - Quality(without, except: "group 5"),
            loss = Quality(without, only: "group 5") - Quality(trained, only: "group 5");
        Assert.True(gain > 0.03, $"gain {gain:F3}");
        Assert.True(loss < 0.1, $"loss on the class without labels {loss:F3}");
        Assert.Contains("\"labeledRows\":15", trained.Metadata["ssah.summary"], StringComparison.Ordinal);
    }

    [Fact]
    public void Two_trainings_with_one_seed_are_equal()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Rows(400, 6, 3, seed: 8));
        byte[] Train() => _ml.Transforms.SsahHash(new SsahTrainer.Options { FeatureColumnName = "Features", Bits = 16, Seed = 5 }).Fit(data).EncodeActivations(
            Rows(50, 6, 0, seed: 9).SelectMany(row => row.Features).ToArray()).Select(value => value >= 0 ? (byte)1 : (byte)0).ToArray();
        Assert.Equal(Train(), Train());
    }

    [Fact]
    public void One_labeled_class_is_an_error_that_names_the_column_and_what_needs_no_labels()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Rows(100, 2, 5, seed: 8));
        var error = Assert.Throws<InvalidOperationException>(() => _ml.Transforms.SsahHash(new SsahTrainer.Options { FeatureColumnName = "Features" })
            .Fit(data));
        Assert.Contains("'Label'", error.Message, StringComparison.Ordinal);
        Assert.Contains("ItqHash", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_canceled_training_ends()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Rows(400, 6, 3, seed: 8));
        var options = new SsahTrainer.Options { FeatureColumnName = "Features", Stopping = { CancellationToken = new CancellationToken(canceled: true) } };
        Assert.ThrowsAny<OperationCanceledException>(() => _ml.Transforms.SsahHash(options).Fit(data));
    }
}
