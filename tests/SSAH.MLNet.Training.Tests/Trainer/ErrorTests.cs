using Microsoft.ML;
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
    public void Cuda_without_a_GPU_is_an_error_that_says_what_to_do()
    {
        Assert.SkipWhen(TorchSharp.torch.cuda.is_available(), "This machine has a CUDA device.");
        var ml = new MLContext(1) { FallbackToCpu = false };
        var options = Images.Options(steps: 2);
        options.Device = TrainingDevice.Cuda;
        var error = Assert.Throws<InvalidOperationException>(() => ml.Transforms.SsahHash(options).Fit(Images.View(ml, Images.Draw(30, 1))));
        Assert.Contains("HashDevice=cuda", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_on_a_GPU_gives_an_encoder()
    {
        Assert.SkipUnless(TorchSharp.torch.cuda.is_available(), "This machine has no CUDA device.");
        var options = Images.Options(steps: 4);
        options.Device = TrainingDevice.Cuda;
        using var encoder = _ml.Transforms.SsahHash(options).Fit(Images.View(_ml, Images.Draw(30, 1)));
        Assert.Contains("cuda", encoder.Metadata["ssah.summary"], StringComparison.Ordinal);
    }
}
