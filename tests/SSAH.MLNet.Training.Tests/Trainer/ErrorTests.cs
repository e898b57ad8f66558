using System.Collections;
using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Training.Loop;
using SSAH.MLNet.Training.Method;

namespace SSAH.MLNet.Training.Tests.Trainer;

public sealed class ErrorTests
{
    private static readonly string[] s_errors =
        ["5 error(s)", "Bits is 0", "LearningRate is -1", "InputColumnName", "Validation.Fraction", "OcclusionScales is 0"];

    private readonly MLContext _ml = new(1);

    [Fact]
    public void All_errors_of_the_options_come_at_once()
    {
        var options = new SsahTrainer.Options
        {
            Bits = 0,
            InputColumnName = " ",
            Optimization = { LearningRate = -1 },
            Validation = { Patience = 3 },
            HardSamples = { OcclusionScales = [0] },
        };
        var error = Assert.Throws<ArgumentException>(() => _ml.Transforms.SsahHash(options));
        Assert.All(s_errors, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_to_learn_from_or_to_make_hard_samples_with_is_an_error()
    {
        Assert.Contains("both 0", Assert.Throws<ArgumentException>(() => _ml.Transforms.SsahHash(
            new SsahTrainer.Options { Losses = { SimilarityWeight = 0, ClassificationWeight = 0 } })).Message, StringComparison.Ordinal);
        Assert.Contains("no hard sample", Assert.Throws<ArgumentException>(() => _ml.Transforms.SsahHash(
            new SsahTrainer.Options { HardSamples = { OcclusionScales = [], MaxRotationDegrees = 0 } })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_labeled_row_names_the_column_and_the_remedy()
    {
        var error = Assert.Throws<InvalidOperationException>(() =>
            _ml.Transforms.SsahHash(Images.Options()).Fit(Images.View(_ml, Images.Draw(12, labeledEvery: 0))));
        Assert.Contains("'Label'", error.Message, StringComparison.Ordinal);
        Assert.Contains("MapValueToKey", error.Message, StringComparison.Ordinal);
        Assert.Contains("uint.MaxValue", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_row_at_all_is_an_error() => Assert.Throws<InvalidOperationException>(() =>
        _ml.Transforms.SsahHash(Images.Options()).Fit(Images.View(_ml, [])));

    [Fact]
    public void A_missing_column_is_found_before_training_in_a_pipeline()
    {
        var options = Images.Options();
        options.LabelColumnName = "Species";
        var pipeline = _ml.Transforms.CopyColumns("Copy", "Pixels").Append(_ml.Transforms.SsahHash(options));
        var error = Assert.ThrowsAny<ArgumentException>(() => pipeline.Fit(Images.View(_ml, Images.Draw(12, 1))));
        Assert.Contains("'Species'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_exception_of_the_callback_ends_training()
    {
        var options = Images.Options();
        options.MetricsCallback = _ => throw new InvalidTimeZoneException("mine");
        Assert.Throws<InvalidTimeZoneException>(() => _ml.Transforms.SsahHash(options).Fit(Images.View(_ml, Images.Draw(30, 1))));
    }

    [Fact]
    public void One_class_only_is_an_error_that_names_it()
    {
        var rows = Images.Draw(30, labeledEvery: 1).Where(image => image.Class == 1).Select(image => new Named { Pixels = image.Pixels, Label = "stripes" });
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label").Append(_ml.Transforms.SsahHash(Images.Options()));
        var error = Assert.Throws<InvalidOperationException>(() => pipeline.Fit(_ml.Data.LoadFromEnumerable(rows)));
        foreach (string part in new[] { "All 10 labeled rows", "'Label'", "'stripes'", "at least two classes" })
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1 / 255f, 0, "scaleImage")]
    [InlineData(1 / 127.5f, -1, "offsetImage")]
    [InlineData(1, -117, "offsetImage")]
    [InlineData(257, 0, "0 to 255")]
    public void Values_that_are_no_pixels_are_an_error_that_names_the_column_and_the_remedy(float scale, float offset, string remedy)
    {
        var images = Images.Draw(30, labeledEvery: 1);
        foreach (var image in images)
            image.Pixels = Array.ConvertAll(image.Pixels, value => value * scale + offset);
        var error = Assert.Throws<InvalidOperationException>(() => _ml.Transforms.SsahHash(Images.Options()).Fit(Images.View(_ml, images)));
        Assert.Contains("'Pixels'", error.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0, "HashDevice=system")]
    [InlineData(2, 2, "there are 2, numbered from 0")]
    [InlineData(-1, 1, "no CUDA device -1")]
    [InlineData(1, 2, null)]
    public void What_speaks_against_a_GPU_is_said(int index, int count, string? expected)
    {
        if (expected is null)
            Assert.Null(ComputeDevice.Obstacle(index, count));
        else
            Assert.Contains(expected, ComputeDevice.Obstacle(index, count), StringComparison.Ordinal);
    }

    [Fact]
    public void Out_of_memory_says_what_to_make_smaller()
    {
        var options = Images.Options();
        string message = ComputeDevice.Explain(new TimeoutException("CUDA out of memory. Tried to allocate 2 GiB\nat somewhere"), options, step: 3)!.Message;
        foreach (string part in new[] { "step 3", "LabeledBatchSize (12)", "UnlabeledBatchSize (24)", "Tried to allocate 2 GiB" })
            Assert.Contains(part, message, StringComparison.Ordinal);
        Assert.DoesNotContain("somewhere", message, StringComparison.Ordinal);
        Assert.Null(ComputeDevice.Explain(new TimeoutException("shape mismatch"), options, step: 3));
    }

    [Fact]
    public void Cuda_without_a_GPU_is_an_error_that_says_what_to_do()
    {
        Assert.SkipWhen(TorchSharp.torch.cuda.is_available(), "This machine has a CUDA device.");
        var ml = new MLContext(1) { FallbackToCpu = false };
        var options = Images.Options(steps: 2);
        options.Device = TrainingDevice.Cuda;
        int read = 0;
        var rows = new Lazily(() =>
        {
            read++;
            return Images.Draw(30, 1);
        });
        var error = Assert.Throws<InvalidOperationException>(() => ml.Transforms.SsahHash(options).Fit(Images.View(ml, rows)));
        Assert.Contains("HashDevice=cuda", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, read);
    }

    private sealed class Named
    {
        [VectorType(3, Image.Side, Image.Side)]
        public float[] Pixels { get; set; } = [];

        public string Label { get; set; } = "";
    }

    // Rows that say when they are read.
    private sealed class Lazily(Func<IEnumerable<Image>> rows) : IEnumerable<Image>
    {
        public IEnumerator<Image> GetEnumerator() => rows().GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
