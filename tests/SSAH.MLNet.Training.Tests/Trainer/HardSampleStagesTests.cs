using Microsoft.ML;

namespace SSAH.MLNet.Training.Tests.Trainer;

/// <summary>What a training shows of its hard samples.</summary>
public sealed class HardSampleStagesTests
{
    private const int Steps = 8;

    private static (float[] Activations, List<HardSampleStage> Stages) Train(Action<SsahTrainer.Options>? set = null, bool looks = true)
    {
        var ml = new MLContext(1);
        var stages = new List<HardSampleStage>();
        SsahTrainer.Options options = Images.Options(Steps);
        options.HardSampleCallback = looks ? stages.Add : null;
        set?.Invoke(options);
        Image[] images = Images.Draw(60, 2);
        using HashEncoder encoder = ml.Transforms.SsahHash(options).Fit(Images.View(ml, images));
        return (encoder.EncodeActivations(images.SelectMany(image => image.Pixels).ToArray()), stages);
    }

    [Theory]
    [InlineData(HardSampleSource.Adversarial)]
    [InlineData(HardSampleSource.Random)]
    [InlineData(HardSampleSource.HardestRandom)]
    public void A_training_that_somebody_looks_at_is_the_same(HardSampleSource source)
    {
        var (seen, stages) = Train(options => options.HardSamples.Source = source);
        Assert.Equal([0, 2, 4, 6, 8], stages.Select(stage => stage.Step));
        Assert.Equal(Train(options => options.HardSamples.Source = source, looks: false).Activations, seen);
    }

    [Fact]
    public void Without_a_source_there_is_nothing_to_see() => Assert.Empty(Train(options => options.HardSamples.Source = HardSampleSource.None).Stages);

    [Fact]
    public void Every_stage_has_the_same_labeled_images_of_all_classes()
    {
        var (_, stages) = Train();
        Image[] labeled = [.. Images.Draw(60, 2).Where(image => image.Label != uint.MaxValue)];
        foreach (HardSampleStage stage in stages)
        {
            Assert.Equal((Image.Side, Image.Side, 8), (stage.Width, stage.Height, stage.Samples.Count));
            foreach ((HardSample sample, HardSample first) in stage.Samples.Zip(stages[0].Samples))
                Assert.Equal(first.Image.ToArray(), sample.Image.ToArray());
        }
        int[] classes = [.. stages[0].Samples.Select(sample => labeled.Single(image => Same(image, sample)).Class)];
        Assert.Equal([0, 0, 0, 1, 1, 1, 2, 2], classes);

        static bool Same(Image image, HardSample sample) =>
            Enumerable.Range(0, image.Pixels.Length).All(i => sample.Image.Span[i % 256 * 3 + i / 256] == (byte)Math.Round(image.Pixels[i]));
    }

    [Fact]
    public void Without_occluders_and_with_hardly_an_angle_hard_samples_are_their_images() => Assert.All(Train(options =>
    {
        options.HardSamples.OcclusionScales = [];
        options.HardSamples.MaxRotationDegrees = 0.001;
    }).Stages.SelectMany(stage => stage.Samples), sample =>
    {
        Assert.All(Enumerable.Range(0, sample.Image.Length), i => Assert.InRange(sample.Changed.Span[i] - sample.Image.Span[i], -1, 1));
        Assert.Equal(0, sample.OccludedArea);
        Assert.InRange(sample.AngleDegrees, 0, 0.001);
    });

    [Theory]
    [InlineData(0, 0.2)]
    [InlineData(1, 0.4)]
    public void What_is_covered_has_one_color_and_the_area_that_is_said(double level, double most)
    {
        HardSample[] samples = [.. Train(options =>
        {
            (options.HardSamples.MinOcclusionArea, options.HardSamples.MaxOcclusionArea) = (0.2, 0.4);
            (options.HardSamples.MaxRotationDegrees, options.HardSamples.FixedDifficulty) = (0, level);
            options.HardSamples.Source = HardSampleSource.Random;
        }).Stages.SelectMany(stage => stage.Samples)];
        foreach (HardSample sample in samples)
        {
            (byte, byte, byte)[] images = Colors(sample.Image.Span), changed = Colors(sample.Changed.Span);
            int[] covered = [.. Enumerable.Range(0, images.Length).Where(i => images[i] != changed[i])];
            Assert.InRange(sample.OccludedArea, 0.05, most + 1e-6);
            Assert.Single(covered.Select(i => changed[i]).Distinct());
            // A pixel may have had that color before.
            Assert.InRange(covered.Length / 256.0, sample.OccludedArea - 0.02, sample.OccludedArea + 1e-6);
        }
        Assert.Contains(samples, sample => sample.OccludedArea > most - 0.05);

        static (byte, byte, byte)[] Colors(ReadOnlySpan<byte> rgb)
        {
            var colors = new (byte, byte, byte)[rgb.Length / 3];
            for (int i = 0; i < colors.Length; i++)
                colors[i] = (rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]);
            return colors;
        }
    }

    [Fact]
    public void A_training_that_ends_early_shows_its_last_step()
    {
        using var source = new CancellationTokenSource();
        var (_, stages) = Train(options =>
        {
            options.Stopping.MaxSteps = 100;
            options.Stopping.CancellationToken = source.Token;
            options.Stopping.OnCancel = CancellationBehavior.KeepBest;
            options.MetricsCallback = _ => source.Cancel();
        });
        Assert.Equal([0, 10], stages.Select(stage => stage.Step));
    }
}
