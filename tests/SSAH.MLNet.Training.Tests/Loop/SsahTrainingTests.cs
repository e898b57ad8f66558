using SSAH.MLNet.Training.Checkpoints;
using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Loop;
using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training.Tests.Trainer;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Loop;

public sealed class SsahTrainingTests
{
    private static TrainingSet Set() => Images.Set(60, labeledEvery: 3);

    // SSAH_STEPS=10000 for many more.
    [Fact]
    public void A_hundred_steps_leave_no_tensor_behind()
    {
        using var training = new SsahTraining(Set(), Images.Options(steps: 1_000_000), CPU, ScalarType.Float32, seed: 1);
        for (int i = 0; i < 20; i++)
            training.RunStep();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        int steps = int.TryParse(Environment.GetEnvironmentVariable("SSAH_STEPS"), out int many) ? many : 100;
        for (int i = 0; i < steps; i++)
            training.RunStep();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Two_trainings_with_one_seed_are_equal_to_the_last_bit(ScalarType computeType)
    {
        float[] Train()
        {
            using var training = new SsahTraining(Set(), Images.Options(), CPU, computeType, seed: 1);
            for (int i = 0; i < 15; i++)
                training.RunStep();
            return [.. training.Teacher.parameters().SelectMany(p => p.data<float>().ToArray())];
        }
        Assert.Equal(Train(), Train());
    }

    [Fact]
    public void By_default_a_network_trains_with_random_hard_samples_and_frozen_views_are_searched_for_the_hardest()
    {
        float[] Train(HardSampleSource source)
        {
            var options = Images.Options();
            options.HardSamples.Source = source;
            using var training = new SsahTraining(Set(), options, CPU, ScalarType.Float32, seed: 1);
            for (int i = 0; i < 5; i++)
                training.RunStep();
            Assert.Equal(source == HardSampleSource.Adversarial, training.Tensors().ContainsKey(CheckpointFiles.Adversary));
            return [.. training.Teacher.parameters().SelectMany(p => p.data<float>().ToArray())];
        }
        var byDefault = new SsahTrainer.Options().HardSamples;
        Assert.True(byDefault.TakesHardestView);
        float[] trained = Train(byDefault.Source);
        Assert.Equal(Train(HardSampleSource.Random), trained);
        Assert.NotEqual(Train(HardSampleSource.Adversarial), trained);
    }

    // Only the top left quarter shows the class: an occluder of a quarter of the image hurts most there, and chance seldom covers it. Noise has no
    // label and shows none.
    private static TrainingSet QuarterThatMatters(int noise)
    {
        var random = new Random(2);
        var builder = new TrainingSet.Builder(new PixelShape(3, Image.Side, Image.Side));
        for (int row = 0; row < 60 + noise; row++)
        {
            var pixels = builder.Add(row < 60 ? [row % 3] : []);
            random.NextBytes(pixels);
            for (int i = 0; i < pixels.Length; i++)
                if (row < 60 && i % 256 / 16 < 8 && i % 16 < 8)
                    pixels[i] = (byte)(i / 256 == row % 3 ? 220 : 60);
        }
        return builder.Build(3, multiLabel: false, names: null, validationFraction: 0, seed: 1);
    }

    private static SsahTrainingMetrics AfterAHundredSteps(SsahTraining training)
    {
        for (int i = 0; i < 100; i++)
            training.RunStep();
        training.Report(null);
        for (int i = 0; i < 20; i++)
            training.RunStep();
        return training.Report(null);
    }

    [Fact]
    public void The_adversary_and_brute_force_find_the_part_that_matters()
    {
        var set = QuarterThatMatters(noise: 0);
        double Difficulty(HardSampleSource source)
        {
            var options = Images.Options(steps: 400);
            (options.HardSamples.Source, options.Consistency.Weight, options.HardSamples.FixedDifficulty, options.Augmentation.CropShift) = (source, 0, 1, 0);
            (options.HardSamples.OcclusionScales, options.HardSamples.MaxRotationDegrees, options.HardSamples.MaxOcclusionArea) = ([2, 4], 0, 0.25);
            // H-Net hardly learns from the hard samples, so it does not become robust to them; A-Net's gradient does not depend on this weight.
            options.HardSamples.Weight = 0.001;
            // The target is out of reach, so A-Net keeps looking for what hurts most.
            (options.HardSamples.MinMargin, options.HardSamples.MaxMargin, options.HardSamples.AdversaryLearningRate) = (99, 100, 0.01);
            (options.Optimization.Schedule, options.Optimization.WarmUp) = (LearningRateSchedule.Constant, 0);
            using var training = new SsahTraining(set, options, CPU, ScalarType.Float32, seed: 1);
            var metrics = AfterAHundredSteps(training);
            return metrics.HardDifficulty - metrics.EasyDifficulty;
        }
        double adversarial = Difficulty(HardSampleSource.Adversarial), chance = Difficulty(HardSampleSource.Random),
            hardest = Difficulty(HardSampleSource.HardestRandom);
        Assert.True(adversarial > 1.2 * chance && adversarial > 0, $"adversarial {adversarial}, random {chance}");
        Assert.True(hardest > 1.5 * chance && hardest > 0, $"hardest {hardest}, random {chance}");
    }

    [Fact]
    public void Unlabeled_images_that_are_hard_without_it_do_not_hold_the_adversary_back()
    {
        // What the teacher sees in noise, the student cannot see in another view of it: this loss is beyond the margin whatever A-Net does.
        var options = Images.Options(steps: 400);
        (options.HardSamples.Source, options.Consistency.ConfidenceThreshold, options.Consistency.Ramp, options.HardSamples.FixedDifficulty) =
            (HardSampleSource.Adversarial, 0, 0, 1);
        (options.HardSamples.Weight, options.Consistency.Weight, options.Augmentation.ColorJitter) = (0.001, 0.001, 0.8);
        (options.HardSamples.OcclusionScales, options.HardSamples.MaxRotationDegrees, options.HardSamples.MaxOcclusionArea) = ([2, 4], 0, 0.25);
        (options.HardSamples.MinMargin, options.HardSamples.MaxMargin, options.HardSamples.AdversaryLearningRate) = (0.25, 0.25, 0.01);
        (options.Optimization.Schedule, options.Optimization.WarmUp) = (LearningRateSchedule.Constant, 0);
        using var training = new SsahTraining(QuarterThatMatters(noise: 120), options, CPU, ScalarType.Float32, seed: 1);
        var metrics = AfterAHundredSteps(training);
        double gap = metrics.HardDifficulty - metrics.EasyDifficulty;
        // Held back it makes samples that are no harder than their images.
        Assert.True(gap > 0.02, $"gap {gap}, occluded {metrics.OccludedArea}, consistent loss {metrics.ConsistentLoss}");
    }

    [Fact]
    public void An_unlabeled_image_is_compared_with_what_the_teacher_saw_in_it()
    {
        var options = Images.Options(steps: 200);
        // The labeled images teach H-Net everything, so the loss shows whether it agrees with the teacher about the same image.
        (options.HardSamples.Source, options.Consistency.Weight, options.Augmentation.ColorJitter) = (HardSampleSource.Random, 0.001, 0);
        using var training = new SsahTraining(Set(), options, CPU, ScalarType.Float32, seed: 1);
        var metrics = AfterAHundredSteps(training);
        Assert.True(metrics.ConfidentShare > 0.5);
        Assert.True(metrics.ConsistentLoss < 10 * metrics.AdversarialLoss,
            $"consistent {metrics.ConsistentLoss}, labeled hard samples {metrics.AdversarialLoss}");
    }

    [Fact]
    public void A_hard_sample_that_is_its_image_is_exactly_as_hard()
    {
        var options = Images.Options();
        (options.HardSamples.Source, options.Consistency.Weight, options.HardSamples.OcclusionScales, options.HardSamples.MaxRotationDegrees) =
            (HardSampleSource.Random, 0, [], 0);
        using var training = new SsahTraining(Set(), options, CPU, ScalarType.Float32, seed: 1);
        training.RunStep();
        var metrics = training.Report(null);
        Assert.True(metrics.EasyDifficulty > 0.5);
        Assert.Equal(metrics.EasyDifficulty, metrics.HardDifficulty, 1e-4);
    }

    [Fact]
    public void Difficulty_does_not_depend_on_the_common_size_of_the_weights()
    {
        (double Hard, double Easy) Difficulty(double weight)
        {
            var options = Images.Options();
            (options.Losses.SimilarityWeight, options.Losses.ClassificationWeight, options.Consistency.Weight) = (3 * weight, weight, 0);
            using var training = new SsahTraining(Set(), options, CPU, ScalarType.Float32, seed: 1);
            training.RunStep();
            var metrics = training.Report(null);
            return (metrics.HardDifficulty, metrics.EasyDifficulty);
        }
        var (one, ten) = (Difficulty(1), Difficulty(10));
        Assert.NotEqual(one.Hard, one.Easy);
        Assert.Equal(one.Hard, ten.Hard, 1e-4);
        Assert.Equal(one.Easy, ten.Easy, 1e-4);
    }

    [Fact]
    public void Hard_samples_do_not_move_the_running_statistics()
    {
        using var training = new SsahTraining(Set(), Images.Options(), CPU, ScalarType.Float32, seed: 1);
        var network = training.Teacher;
        network.train();
        network.TrackStatistics(false);
        float[] Buffers() => [.. network.named_buffers().SelectMany(b => b.buffer.data<float>().ToArray())];
        float[] before = Buffers();
        using (NewDisposeScope())
            network.call(randn(8, 3, Image.Side, Image.Side));
        Assert.Equal(before, Buffers());
        network.TrackStatistics(true);
        using (NewDisposeScope())
            network.call(randn(8, 3, Image.Side, Image.Side));
        Assert.NotEqual(before, Buffers());
    }

    [Fact]
    public void A_step_with_hard_samples_leaves_the_statistics_of_the_step_without()
    {
        // Before their first update both networks are equal, so their statistics differ only if the hard pass counts too.
        float[] Statistics(HardSampleSource source)
        {
            var options = Images.Options();
            (options.HardSamples.Source, options.Consistency.Weight) = (source, 0);
            using var training = new SsahTraining(Set(), options, CPU, ScalarType.Float32, seed: 1);
            training.RunStep();
            return [.. training.Teacher.named_buffers().SelectMany(b => b.buffer.data<float>().ToArray())];
        }
        Assert.Equal(Statistics(HardSampleSource.None), Statistics(HardSampleSource.Random));
    }

    [Fact]
    public void The_row_stream_goes_over_all_rows_before_it_repeats_one()
    {
        var stream = new RowStream([.. Enumerable.Range(10, 7)], () => new Random(1));
        int[] rows = [.. stream.Next(3), .. stream.Next(4), .. stream.Next(7)];
        Assert.Equal(Enumerable.Range(10, 7), rows[..7].Order());
        Assert.Equal(Enumerable.Range(10, 7), rows[7..].Order());
        Assert.NotEqual(rows[..7], rows[7..]);
    }

    [Fact]
    public void An_easy_view_without_changes_is_the_normalized_image()
    {
        var shape = new PixelShape(2, 3, 4);
        byte[] image = [.. Enumerable.Range(0, 24).Select(i => (byte)(i * 10))];
        var normalization = new ImageNormalization([10, 20], [2, 4]);
        float[] view = new float[24];
        new ImageAugmentation(0, false, 0).Draw(image, shape, normalization, new Random(1), view);
        for (int i = 0; i < 24; i++)
            Assert.Equal(i < 12 ? (image[i] - 10) / 2f : (image[i] - 20) / 4f, view[i], 1e-5f);
    }

    [Fact]
    public void A_shifted_and_mirrored_view_only_moves_pixels()
    {
        var shape = new PixelShape(1, 8, 8);
        byte[] image = [.. Enumerable.Range(0, 64).Select(i => (byte)i)];
        var normalization = new ImageNormalization([0], [1]);
        var random = new Random(3);
        float[] view = new float[64];
        for (int i = 0; i < 50; i++)
        {
            new ImageAugmentation(0.25, true, 0).Draw(image, shape, normalization, random, view);
            // Neighbors stay neighbors: steps of 1 along a row (either direction, turning at the mirrored border), of 8 down a column.
            Assert.All(Enumerable.Range(0, 63).Where(p => p % 8 != 7), p => Assert.Equal(1, Math.Abs(view[p + 1] - view[p])));
            Assert.All(Enumerable.Range(0, 56), p => Assert.Equal(8, Math.Abs(view[p + 8] - view[p])));
        }
    }

    [Fact]
    public void A_strong_view_is_shifted_twice_as_far_and_changes_colors_one_by_one()
    {
        var easy = new ImageAugmentation(0.25, false, 0.3);
        var shape = new PixelShape(3, 8, 8);
        var normalization = new ImageNormalization([0, 0, 0], [1, 1, 1]);
        byte[] gray = [.. Enumerable.Repeat((byte)100, 3 * 64)];
        bool IsGray(ImageAugmentation view, int seed)
        {
            float[] drawn = new float[3 * 64];
            view.Draw(gray, shape, normalization, new Random(seed), drawn);
            return drawn[0] == drawn[64] && drawn[0] == drawn[128];
        }
        Assert.All(Enumerable.Range(0, 20), seed => Assert.True(IsGray(easy, seed)));
        Assert.All(Enumerable.Range(0, 20), seed => Assert.False(IsGray(easy.Strong(), seed)));

        byte[] columns = [.. Enumerable.Range(0, 64).Select(i => (byte)(i % 8))];
        double Furthest(ImageAugmentation view) => Enumerable.Range(0, 200).Max(seed =>
        {
            float[] drawn = new float[64];
            view.Draw(columns, new PixelShape(1, 8, 8), new ImageNormalization([0], [1]), new Random(seed), drawn);
            return drawn[0];
        });
        Assert.Equal(2, Furthest(easy with { Jitter = 0 }));
        Assert.Equal(4, Furthest((easy with { Jitter = 0 }).Strong()));
    }
}
