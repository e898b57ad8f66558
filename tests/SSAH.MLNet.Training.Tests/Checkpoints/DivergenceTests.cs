using Microsoft.ML;
using SSAH.MLNet.Training.Checkpoints;
using SSAH.MLNet.Training.Loop;
using SSAH.MLNet.Training.Tests.Trainer;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Checkpoints;

public sealed class DivergenceTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "ssah-" + Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void It_goes_back_to_the_last_checkpoint_with_half_the_rate_three_times_at_most()
    {
        var set = Images.Set(60, labeledEvery: 3);
        var options = Images.Options(steps: 100);
        options.Checkpoint.Folder = _folder;
        using var training = new SsahTraining(set, options, CPU, ScalarType.Float32, seed: 1);
        using var best = new BestEncoder(training.Teacher);
        using var writer = CheckpointWriter.Open(options.Checkpoint, null, _ => { });
        var checkpointing = new Checkpointing(training, best, new MetricsHistory(), new(TrainingIdentity.Of(options, set, 1, "Float32")), writer);
        for (int i = 0; i < 5; i++)
            training.RunStep();
        checkpointing.Write();
        for (int time = 1; time <= 3; time++)
        {
            training.RunStep();
            Assert.True(checkpointing.TryReturn(Poison(training)));
            Assert.Equal((5, Math.Pow(0.5, time)), (training.Step, training.RateScale));
        }
        training.RunStep();
        Assert.False(checkpointing.TryReturn(Poison(training)));
        Assert.Equal(3, checkpointing.Warnings.Count());
        Assert.Contains("went back to step 5 and on with 0.125 of the learning rates", checkpointing.Warnings.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_goes_on_and_the_summary_warns_of_it()
    {
        var ml = new MLContext(1);
        var options = Images.Options(steps: 50);
        (options.Checkpoint.Folder, options.Stopping.OnDivergence) = (_folder, DivergenceBehavior.HalveLearningRate);
        (options.Optimization.LearningRate, options.Optimization.WeightDecay, options.Losses.ClassificationWeight) = (10, 1, 1000);
        (options.Optimization.WarmUp, options.Optimization.Schedule) = (0, LearningRateSchedule.Constant);
        using var encoder = ml.Transforms.SsahHash(options).Fit(Images.View(ml, Images.Draw(60, 3)));
        Assert.Equal(50, encoder.TrainingSummary!.Steps);
        Assert.Contains(encoder.TrainingSummary.Warnings, warning => warning.Contains("went back to step 0 and on with 0.5 of the learning rates",
            StringComparison.Ordinal));
    }

    [Fact]
    public void It_needs_checkpoints()
    {
        var options = Images.Options();
        options.Stopping.OnDivergence = DivergenceBehavior.HalveLearningRate;
        Assert.Contains("Checkpoint.Folder is not set", Assert.Throws<ArgumentException>(() =>
            new MLContext(1).Transforms.SsahHash(options)).Message, StringComparison.Ordinal);
    }

    private static TrainingDivergedException Poison(SsahTraining training)
    {
        using (no_grad())
            foreach (var (_, tensor) in training.Tensors()[CheckpointFiles.HashNetwork].Take(1))
                tensor.mul_(tensor.new_full([1], double.NaN));
        return Assert.Throws<TrainingDivergedException>(training.RunStep);
    }
}
