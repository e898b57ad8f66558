using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Training.Method;

namespace SSAH.MLNet.Training.Tests.Trainer;

public sealed class SsahTrainerTests
{
    private sealed class Coded
    {
        public byte[] HashCode { get; set; } = [];

        public float[] HashCodeActivation { get; set; } = [];
    }

    private sealed class TextImage
    {
        [VectorType(3, Image.Side, Image.Side)]
        public float[] Pixels { get; set; } = [];

        public string Label { get; set; } = "";
    }

    private sealed class MultiLabelImage
    {
        [VectorType(3, Image.Side, Image.Side)]
        public float[] Pixels { get; set; } = [];

        [VectorType(3)]
        public float[] Label { get; set; } = [];
    }

    private static List<Coded> Codes(MLContext ml, ITransformer encoder, IEnumerable<Image> images) =>
        [.. ml.Data.CreateEnumerable<Coded>(encoder.Transform(Images.View(ml, images)), reuseRowObject: false)];

    private static double Map(MLContext ml, ITransformer encoder, Image[] queries, Image[] database)
    {
        BinaryCodes Of(Image[] images) => BinaryCodes.FromPacked(16, [.. Codes(ml, encoder, images).SelectMany(c => c.HashCode)]);
        LabelSets Labels(Image[] images) => LabelSets.FromClasses([.. images.Select(p => p.Class)]);
        return RetrievalEvaluation.Evaluate(Of(queries), Labels(queries), Of(database), Labels(database)).MeanAveragePrecision;
    }

    [Fact]
    public void Learns_codes_that_retrieve_the_class_of_new_images()
    {
        var ml = new MLContext(1);
        using var encoder = ml.Transforms.SsahHash(Images.Options(steps: 80)).Fit(Images.View(ml, Images.Draw(240, labeledEvery: 4)));
        double map = Map(ml, encoder, Images.Draw(30, 0, seed: 5), Images.Draw(90, 0, seed: 6));
        Assert.True(map > 0.75, $"mAP {map}; chance is 0.33.");
    }

    [Fact]
    public void The_same_seed_gives_the_same_codes_and_another_seed_others()
    {
        byte[][] Train(int seed)
        {
            var ml = new MLContext(1);
            var options = Images.Options(steps: 12);
            options.Seed = seed;
            using var encoder = ml.Transforms.SsahHash(options).Fit(Images.View(ml, Images.Draw(60, 4)));
            return [.. Codes(ml, encoder, Images.Draw(20, 0, seed: 9)).Select(c => c.HashCode)];
        }
        var (first, again, other) = (Train(7), Train(7), Train(8));
        Assert.Equal(first, again);
        Assert.NotEqual(first.SelectMany(c => c), other.SelectMany(c => c));
    }

    [Fact]
    public void The_seed_of_the_context_is_used_where_the_options_have_none()
    {
        float[] Train()
        {
            var options = Images.Options(steps: 3);
            options.Seed = null;
            using var encoder = new MLContext(3).Transforms.SsahHash(options).Fit(Images.View(new MLContext(), Images.Draw(30, 2)));
            return encoder.EncodeActivations(Images.Draw(1, 0)[0].Pixels);
        }
        Assert.Equal(Train(), Train());
    }

    [Fact]
    public void Labels_may_be_texts_and_rows_to_encode_need_none()
    {
        Image[] images = Images.Draw(60, labeledEvery: 2);
        var ml = new MLContext(1);
        IDataView texts = ml.Data.LoadFromEnumerable(images
            .Select(image => new TextImage { Pixels = image.Pixels, Label = image.Label == uint.MaxValue ? "" : $"class {image.Label}" }));
        using var encoder = ml.Transforms.SsahHash(Images.Options(steps: 4)).Fit(texts);
        using var byKey = ml.Transforms.SsahHash(Images.Options(steps: 4)).Fit(Images.View(ml, images));
        IDataView bare = ml.Transforms.DropColumns("Label").Fit(texts).Transform(texts);
        Assert.Equal(byKey.Transform(bare).GetColumn<byte[]>("HashCode"), encoder.Transform(bare).GetColumn<byte[]>("HashCode"));
        Assert.Equal("2", encoder.Metadata["ssah.contract"]);
        Assert.Equal("cover", encoder.Metadata["ssah.resizing"]);
    }

    [Fact]
    public void Fit_twice_is_the_same_and_leaves_the_options_alone()
    {
        var ml = new MLContext(1);
        var options = Images.Options(steps: 4);
        string Describe() => string.Join('|', OptionTable.All.Select(option => $"{option.Name}={option.ValueIn(options)}"));
        string before = Describe();
        var trainer = ml.Transforms.SsahHash(options);
        var data = Images.View(ml, Images.Draw(30, 2));
        float[] image = Images.Draw(1, 0)[0].Pixels;
        using var first = trainer.Fit(data);
        Assert.Equal(before, Describe());
        (options.Bits, options.Stopping.MaxSteps) = (99, 1);       // A trainer keeps the options that it was made with.
        using var second = trainer.Fit(data);
        Assert.Equal(first.EncodeActivations(image), second.EncodeActivations(image));
    }

    [Theory]
    [InlineData(HardSampleSource.None, 0)]
    [InlineData(HardSampleSource.None, 1)]
    [InlineData(HardSampleSource.Random, 0)]
    [InlineData(HardSampleSource.Random, 1)]
    [InlineData(HardSampleSource.Adversarial, 0)]
    [InlineData(HardSampleSource.Adversarial, 1)]
    [InlineData(HardSampleSource.HardestRandom, 0)]
    [InlineData(HardSampleSource.HardestRandom, 1)]
    public void Every_row_of_the_ablation_grid_trains(HardSampleSource source, double consistentWeight)
    {
        var ml = new MLContext(1);
        var options = Images.Options(steps: 20);
        (options.HardSamples.Source, options.Consistency.Weight) = (source, consistentWeight);
        SsahTrainingMetrics? last = null;
        options.MetricsCallback = m => last = m;
        ml.Transforms.SsahHash(options).Fit(Images.View(ml, Images.Draw(120, 4))).Dispose();
        Assert.NotNull(last);
        Assert.Equal(20, last.Step);
        Assert.Equal(source != HardSampleSource.None, last.OccludedArea > 0 && last.MeanAngleDegrees > 0 && last.AdversarialLoss > 0);
        Assert.Equal(consistentWeight > 0, last.UnlabeledImages > 0);
        Assert.Equal(16, last.BitMeans.Count);
        Assert.All(last.BitMeans, mean => Assert.InRange(mean, 0, 1));
    }

    [Fact]
    public void Single_scales_rotation_alone_and_a_fixed_difficulty_can_be_had()
    {
        var ml = new MLContext(1);
        SsahTrainingMetrics Train(Action<SsahTrainer.Options> change)
        {
            var options = Images.Options(steps: 10);
            options.Consistency.Weight = 0;
            SsahTrainingMetrics? last = null;
            options.MetricsCallback = m => last = m;
            change(options);
            ml.Transforms.SsahHash(options).Fit(Images.View(ml, Images.Draw(60, 4))).Dispose();
            return last!;
        }
        // A sixteenth of the image is a cell of a 4 x 4 grid, which has to fit.
        var occlusion = Train(o => (o.HardSamples.OcclusionScales, o.HardSamples.MaxRotationDegrees, o.HardSamples.MinOcclusionArea) = ([4], 0, 0.1));
        Assert.True(occlusion.OccludedArea > 0 && occlusion.MeanAngleDegrees == 0);
        var rotation = Train(o => o.HardSamples.OcclusionScales = []);
        Assert.True(rotation.OccludedArea == 0 && rotation.MeanAngleDegrees > 0);
        Assert.Equal(0.25, Train(o => o.HardSamples.FixedDifficulty = 0.25).Level);
    }

    [Fact]
    public void Every_kind_of_loss_can_be_switched_off()
    {
        var ml = new MLContext(1);
        foreach (var change in new Action<SsahTrainer.Options>[]
            { o => o.Losses.ClassificationWeight = 0, o => o.Losses.SimilarityWeight = 0, o => o.HardSamples.Weight = 0, o => o.Consistency.TeacherDecay = 0 })
        {
            var options = Images.Options(steps: 6);
            options.Consistency.ConfidenceThreshold = 0.1;
            change(options);
            using var encoder = ml.Transforms.SsahHash(options).Fit(Images.View(ml, Images.Draw(60, 4)));
            Assert.All(encoder.EncodeActivations(Images.Draw(1, 0)[0].Pixels), u => Assert.InRange(u, -1.00001f, 1.00001f));
        }
    }

    [Fact]
    public void Bfloat16_trains_too_and_its_export_still_agrees()
    {
        var ml = new MLContext(1);
        var options = Images.Options(steps: 6);
        options.Precision = TrainingPrecision.BFloat16;
        using var encoder = ml.Transforms.SsahHash(options).Fit(Images.View(ml, Images.Draw(60, 4)));
        Assert.Contains("\"precision\":\"BFloat16\"", encoder.Metadata["ssah.summary"], StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_may_come_in_any_order_and_all_may_be_labeled()
    {
        var ml = new MLContext(1);
        var images = Images.Draw(45, labeledEvery: 1);
        new Random(2).Shuffle(images);
        using var encoder = ml.Transforms.SsahHash(Images.Options(steps: 4)).Fit(Images.View(ml, images));
        Assert.Contains("\"unlabeledRows\":0", encoder.Metadata["ssah.summary"], StringComparison.Ordinal);
    }

    // The third class has the labels of both others, so codes must show how much is shared.
    private static readonly int[][] s_labelsOfClass = [[0], [1], [0, 1]];

    private static IDataView MultiLabelView(MLContext ml, Image[] images)
    {
        static float[] Vector(Image p) => p.Label == uint.MaxValue
            ? [float.NaN, float.NaN, float.NaN] : [.. Enumerable.Range(0, 3).Select(l => s_labelsOfClass[p.Class].Contains(l) ? 1f : 0)];
        return ml.Data.LoadFromEnumerable(images.Select(p => new MultiLabelImage { Pixels = p.Pixels, Label = Vector(p) }));
    }

    [Fact]
    public void Several_labels_a_row_are_learned_with_NaN_as_unknown()
    {
        LabelSets Sets(Image[] images) => LabelSets.FromSets([.. images.Select(p => s_labelsOfClass[p.Class])], 3);
        var (queries, database) = (Images.Draw(30, 0, seed: 5), Images.Draw(90, 0, seed: 6));
        double Ndcg(BinaryCodes of, BinaryCodes among) =>
            RetrievalEvaluation.Evaluate(of, Sets(queries), among, Sets(database), new RetrievalOptions { Cutoffs = [30] }).Cutoffs[0].Ndcg!.Value;

        var ml = new MLContext(1);
        var options = Images.Options(steps: 80);
        options.Consistency.ConfidenceThreshold = null;
        using var encoder = ml.Transforms.SsahHash(options).Fit(MultiLabelView(ml, Images.Draw(240, 4)));

        Assert.Contains("\"labeledRows\":60", encoder.Metadata["ssah.summary"], StringComparison.Ordinal);
        BinaryCodes Encoded(Image[] images) => BinaryCodes.FromPacked(16, [.. Codes(ml, encoder, images).SelectMany(c => c.HashCode)]);
        double learned = Ndcg(Encoded(queries), Encoded(database));
        double unlearned = Ndcg(BinaryCodes.FromPacked(16, new byte[2 * queries.Length]), BinaryCodes.FromPacked(16, new byte[2 * database.Length]));
        Assert.True(learned > 0.85 && unlearned < 0.65, $"NDCG {learned}; {unlearned} where all codes are equal.");
    }

    [Fact]
    public void With_several_labels_validation_reports_NDCG_and_the_summary_the_best_one()
    {
        var ml = new MLContext(1);
        var options = Images.Options(steps: 60);
        (options.Validation.Fraction, options.ReportEverySteps) = (0.4, 3);
        var reports = new List<SsahTrainingMetrics>();
        options.MetricsCallback = reports.Add;
        using var encoder = ml.Transforms.SsahHash(options).Fit(MultiLabelView(ml, Images.Draw(90, 2)));
        using var summary = JsonDocument.Parse(encoder.Metadata["ssah.summary"]);
        var best = reports.MaxBy(m => m.ValidationNdcg!.Value)!;
        Assert.All(reports, m => Assert.InRange(m.ValidationNdcg!.Value, 0.3, 1));
        Assert.Equal(best.ValidationNdcg, summary.RootElement.GetProperty("validationNdcg").GetDouble());
        Assert.Equal(best.ValidationMap, summary.RootElement.GetProperty("validationMap").GetDouble());
    }
}
