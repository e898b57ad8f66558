using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Features;
using SSAH.MLNet.Training.Frozen;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Frozen;

/// <summary>What stored hard samples bring where the network does not learn.</summary>
public sealed class FrozenViewsTests : IDisposable
{
    private const int Dimensions = 16, Groups = 4;
    private readonly string _cache = Path.Combine(Path.GetTempPath(), $"ssah-views-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(_cache))
            Directory.Delete(_cache, recursive: true);
    }

    private static (FeatureMatrix Rows, int[] Groups) Clusters(int rows, int seed)
    {
        var random = new Random(seed);
        var normal = new MathNet.Numerics.Distributions.Normal(0, 1, random);
        var centers = new MathNet.Numerics.Distributions.Normal(0, 1, new Random(3));
        float[][] center = [.. Enumerable.Range(0, Groups).Select(_ => Enumerable.Range(0, Dimensions).Select(_ => (float)centers.Sample()).ToArray())];
        var features = new FeatureMatrix(rows, Dimensions);
        int[] group = [.. Enumerable.Range(0, rows).Select(_ => random.Next(Groups))];
        for (int row = 0; row < rows; row++)
            for (int i = 0; i < Dimensions; i++)
                features.Row(row)[i] = center[group[row]][i] + (float)normal.Sample() * 0.7f;
        return (features.Directions(new float[Dimensions]), group);
    }

    // A hard sample loses what a quarter of the features say and has noise in its place.
    private static FeatureMatrix Covered(FeatureMatrix rows, int seed)
    {
        var normal = new MathNet.Numerics.Distributions.Normal(0, 0.8, new Random(seed));
        var covered = new FeatureMatrix(rows.Rows, rows.Columns, [.. rows.Values]);
        for (int row = 0; row < rows.Rows; row++)
            for (int i = 0; i < Dimensions / 4; i++)
                covered.Row(row)[i] = (float)normal.Sample();
        return covered.Directions(new float[Dimensions]);
    }

    private static double Right(ClassLayer classifier, FeatureMatrix rows, int[] groups)
    {
        FeatureMatrix said = classifier.Probabilities(rows);
        return Enumerable.Range(0, rows.Rows).Average(row => said.Row(row).IndexOf(said.Row(row).ToArray().Max()) == groups[row] ? 1.0 : 0);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_classifier_that_has_seen_hard_samples_knows_others_of_their_kind(bool multiLabel, bool takesHardest)
    {
        var (rows, groups) = Clusters(1000, seed: 1);
        var (others, otherGroups) = Clusters(1000, seed: 2);
        var targets = new FeatureMatrix(1000, Groups);
        for (int row = 0; row < 1000; row++)
            targets.Row(row)[groups[row]] = 1;
        ClassLayer Learn(params FeatureMatrix[] views) =>
            new ClassifierTraining(multiLabel, takesHardest, viewShare: 0.5, seed: 1, default).Run(rows, views, targets).Classifier;
        FeatureMatrix hard = Covered(others, seed: 9);
        double without = Right(Learn(), hard, otherGroups), with = Right(Learn(rows, Covered(rows, seed: 5)), hard, otherGroups);
        Assert.True(with > without + 0.04, $"{without:F3} without, {with:F3} with hard samples");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_hardest_view_is_that_of_the_largest_loss_by_its_definition(bool multiLabel)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (rows, groups) = Clusters(40, seed: 1);
        FeatureMatrix[] views = [rows, Covered(rows, 1), Covered(rows, 2)];
        float[] wanted = new float[40 * Groups];
        for (int row = 0; row < 40; row++)
            (wanted[row * Groups + groups[row]], wanted[row * Groups + (groups[row] + 1) % Groups]) = (0.7f, 0.3f);
        var targets = tensor(wanted, 40, Groups);
        using var weights = new AdamWeights(Dimensions, Groups);
        for (int step = 0; step < 20; step++)
            weights.Step(tensor(rows.Values, 40, Dimensions), targets, multiLabel, 0.1, 0, 0.9, 0.99);
        var candidates = stack(views.Select(view => tensor(view.Values, 40, Dimensions)).ToArray(), 1);
        long[] found = [.. ClassifierTraining.Hardest(candidates, targets, weights, multiLabel).data<long>()];
        float[] values = weights.ToArray();
        for (int row = 0; row < 40; row++)
            Assert.Equal(Enumerable.Range(0, 3).MaxBy(view => Loss(values, views[view].Row(row).ToArray(), wanted[(row * Groups)..((row + 1) * Groups)],
                multiLabel)), found[row]);
        Assert.True(found.Distinct().Count() > 1);
    }

    private static double Loss(float[] weights, float[] vector, float[] targets, bool multiLabel)
    {
        double[] logits = [.. Enumerable.Range(0, Groups).Select(c =>
            weights[Dimensions * Groups + c] + Enumerable.Range(0, Dimensions).Sum(i => (double)vector[i] * weights[i * Groups + c]))];
        double sum = logits.Sum(Math.Exp);
        return multiLabel
            ? Enumerable.Range(0, Groups).Sum(c => -targets[c] * Math.Log(Sigmoid(logits[c])) - (1 - targets[c]) * Math.Log(Sigmoid(-logits[c])))
            : Enumerable.Range(0, Groups).Sum(c => -targets[c] * Math.Log(Math.Exp(logits[c]) / sum));
    }

    private static double Sigmoid(double value) => 1 / (1 + Math.Exp(-value));

    [Fact]
    public void Codes_of_hard_samples_stay_nearer_to_those_of_their_rows()
    {
        var (rows, groups) = Clusters(600, seed: 1);
        LabelSets labels = LabelSets.FromClasses([.. groups.Select((group, row) => row % 30 == 0 ? group : -1)]);
        var options = new SsahTrainer.Options { Bits = 32 };
        HashHead Learn(params FeatureMatrix[] views) => new FrozenTraining(options, seed: 1, _ => { }).Run(rows, views, labels).Head;
        var (others, _) = Clusters(300, seed: 2);
        double Distance(HashHead head)
        {
            FeatureMatrix plain = head.Activations(head.Whiten(others)), hard = head.Activations(head.Whiten(Covered(others, seed: 9)));
            return Enumerable.Range(0, plain.Values.Length).Average(i => plain.Values[i] >= 0 == hard.Values[i] >= 0 ? 0.0 : 32);
        }
        double without = Distance(Learn()), with = Distance(Learn(rows, Covered(rows, seed: 5)));
        Assert.True(with < 0.95 * without, $"{without:F2} bits without, {with:F2} with hard samples");
    }

    [Fact]
    public void Features_that_may_be_overwritten_give_the_same_model_to_the_bit()
    {
        var (rows, groups) = Clusters(300, seed: 1);
        LabelSets labels = LabelSets.FromClasses([.. groups.Select((group, row) => row % 10 == 0 ? group : -1)]);
        float[] before = [.. rows.Values];
        byte[] Learn(bool overwrites, FeatureMatrix features) => new FrozenTraining(new SsahTrainer.Options { Bits = 32 }, seed: 1, _ => { },
            overwrites: overwrites).Run(features, [Covered(rows, seed: 5), Covered(rows, seed: 6)], labels).Head.ToHashModel("test");
        byte[] kept = Learn(overwrites: false, rows);
        Assert.Equal(before, rows.Values);
        Assert.Equal(kept, Learn(overwrites: true, rows.Slice(0, rows.Rows)));
    }

    [Fact]
    public void The_teacher_looks_at_an_image_and_its_mirror_image()
    {
        var normal = new MathNet.Numerics.Distributions.Normal(0, 0.35, new Random(4));
        var (clear, groups) = Clusters(600, seed: 1);
        FeatureMatrix Blurred()
        {
            var blurred = new FeatureMatrix(clear.Rows, clear.Columns, [.. clear.Values.Select(value => value + (float)normal.Sample())]);
            return blurred.Directions(new float[Dimensions]);
        }
        // Two noisy looks at the same rows: only who takes the second for a mirror image teaches by both.
        FeatureMatrix first = Blurred(), second = Blurred();
        LabelSets labels = LabelSets.FromClasses([.. groups.Select((group, row) => row % 12 == 0 ? group : -1)]);
        double Found(bool mirrors)
        {
            var options = new SsahTrainer.Options { Bits = 16, Augmentation = { HorizontalFlip = mirrors } };
            HashHead head = new FrozenTraining(options, seed: 1, _ => { }).Run(first, [second], labels).Head;
            return Right(head.Classes!, head.Whiten(first), groups);
        }
        double one = Found(mirrors: false), both = Found(mirrors: true);
        Assert.True(both > one + 0.02, $"{one:F3} by one, {both:F3} by both");
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(0.5, 0.25)]
    [InlineData(1, 0.125)]
    public void The_more_rows_have_labels_the_fewer_views_a_batch_has(double labeled, double share) =>
        Assert.Equal(share, FrozenTraining.ViewShare(labeled));

    private sealed class Row
    {
        [VectorType(3, 64, 64)]
        public byte[] Pixels { get; set; } = [];

        public string Label { get; set; } = "";
    }

    [Theory]
    [InlineData(HardSampleSource.Adversarial, true, 3)]
    [InlineData(HardSampleSource.Random, true, 3)]
    [InlineData(HardSampleSource.Random, false, 3)]
    [InlineData(HardSampleSource.None, true, 2)]
    [InlineData(HardSampleSource.None, false, 1)]
    public void Each_image_and_each_of_its_views_is_computed_once(HardSampleSource source, bool mirrors, int each)
    {
        var random = new Random(1);
        Row[] rows = [.. Enumerable.Range(0, 24).Select(i =>
        {
            byte[] pixels = new byte[3 * 64 * 64];
            int color = random.Next(256);
            for (int p = 0; p < pixels.Length; p++)
                pixels[p] = (byte)(p / (i % 2 == 0 ? 4 : 256) % 2 == 0 ? color : 255 - color);
            return new Row { Pixels = pixels, Label = $"form {i % 2}" };
        })];
        var stages = new List<HardSampleStage>();
        (string Log, float[] Codes) Fit()
        {
            var mlContext = new MLContext(1);
            var log = new List<string>();
            stages.Clear();
            mlContext.Log += (_, e) => log.Add(e.Message);
            using HashEncoder encoder = mlContext.Transforms.SsahHash(new SsahTrainer.Options
            {
                Backbone = Backbone.Frozen(PretrainedNetwork.ResNet18), Bits = 16, Seed = 1, FeatureCacheFolder = _cache,
                HardSamples = { Source = source }, Augmentation = { HorizontalFlip = mirrors }, HardSampleCallback = stages.Add,
            }).Fit(mlContext.Data.LoadFromEnumerable(rows));
            return (string.Join('\n', log), encoder.EncodeActivations(rows.SelectMany(row => row.Pixels.Select(value => (float)value)).ToArray()));
        }
        var (first, codes) = Fit();
        Assert.Contains($"({24 * each} images and views computed, 0 known from before)", first, StringComparison.Ordinal);
        var (second, again) = Fit();
        Assert.Contains($"(0 images and views computed, {24 * each} known from before)", second, StringComparison.Ordinal);
        Assert.Equal(codes, again);
        AssertShown(stages, rows, each - 1, mirrors);
    }

    // Eight images: the mirror image is exactly that, and of a hard sample no more is gray than is said.
    private static void AssertShown(List<HardSampleStage> stages, Row[] rows, int views, bool mirrors)
    {
        Assert.Equal(new[] { mirrors ? "mirror image" : "", "hard sample 1", "hard sample 2" }.Where(name => name.Length > 0).Take(views),
            stages.Select(stage => stage.Name));
        foreach (HardSampleStage stage in stages)
        {
            Assert.True(stage.IsStoredView);
            Assert.Equal(["form 0", "form 0", "form 0", "form 0", "form 1", "form 1", "form 1", "form 1"], stage.Samples.Select(sample => sample.Label));
            foreach (HardSample sample in stage.Samples)
            {
                Assert.Contains(rows, row => Enumerable.Range(0, 64 * 64).All(i => sample.Image.Span[3 * i] == row.Pixels[i]));
                if (stage.Name == "mirror image")
                    Assert.All(Enumerable.Range(0, 64 * 64), i => Assert.Equal(sample.Image.Span[3 * i], sample.Changed.Span[3 * (i / 64 * 64 + 63 - i % 64)]));
                else
                    Assert.InRange(sample.Changed.ToArray().Count(value => value == 128) / (3 * 64 * 64.0), sample.OccludedArea - 0.02, 1);
                Assert.Equal(stage.Name == "mirror image", sample is { OccludedArea: 0, AngleDegrees: 0 });
            }
        }
    }
}
