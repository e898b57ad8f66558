using Microsoft.ML;
using SSAH.MLNet.Training.Loop;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Trainer;

/// <summary>What only a machine with an NVIDIA GPU can show.</summary>
public sealed class CudaTests
{
    private static Device Gpu()
    {
        Assert.SkipUnless(cuda.is_available(), "This machine has no CUDA device.");
        return device("cuda", 0);
    }

    private static SsahTrainer.Options Options(int steps)
    {
        var options = Images.Options(steps);
        options.Device = TrainingDevice.Cuda;
        return options;
    }

    [Theory]
    [InlineData(HardSampleSource.None)]
    [InlineData(HardSampleSource.Random)]
    [InlineData(HardSampleSource.Adversarial)]
    [InlineData(HardSampleSource.HardestRandom)]
    public void Every_source_of_hard_samples_trains_and_its_encoder_is_saved_and_loaded(HardSampleSource source)
    {
        Gpu();
        string file = Path.GetTempFileName();
        try
        {
            var ml = new MLContext(1) { FallbackToCpu = false };
            var options = Options(steps: 6);
            options.HardSamples.Source = source;
            var data = Images.View(ml, Images.Draw(60, 4));
            float[] image = Images.Draw(1, 0)[0].Pixels;
            using var encoder = ml.Transforms.SsahHash(options).Fit(data);
            Assert.Equal("cuda:0", encoder.TrainingSummary!.Device);
            ml.Model.Save(encoder, data.Schema, file);
            using var loaded = (HashEncoder)new MLContext().Model.Load(file, out _);
            Assert.Equal(encoder.EncodeActivations(image), loaded.EncodeActivations(image));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void One_step_in_float32_agrees_with_the_CPU()
    {
        var gpu = Gpu();
        bool rounds = backends.cudnn.allow_tf32;
        try
        {
            backends.cudnn.allow_tf32 = false;
            float[] onCpu = AfterOneStep(CPU), onGpu = AfterOneStep(gpu);
            Assert.All(onCpu.Zip(onGpu), pair => Assert.Equal(pair.First, pair.Second, 1e-3f));
        }
        finally
        {
            backends.cudnn.allow_tf32 = rounds;
        }

        static float[] AfterOneStep(Device device)
        {
            using var training = new SsahTraining(Images.Set(60, labeledEvery: 3), Images.Options(), device, ScalarType.Float32, seed: 1);
            training.RunStep();
            using var network = training.TeacherOnCpu();
            return [.. network.parameters().SelectMany(parameter => parameter.data<float>().ToArray())];
        }
    }

    [Fact]
    public void A_number_beyond_the_devices_is_an_error_that_says_how_many_there_are()
    {
        Gpu();
        var ml = new MLContext(1) { GpuDeviceId = 63, FallbackToCpu = false };
        var error = Assert.Throws<InvalidOperationException>(() => ml.Transforms.SsahHash(Options(steps: 2)).Fit(Images.View(ml, Images.Draw(30, 1))));
        Assert.Contains($"there are {cuda.device_count()}, numbered from 0", error.Message, StringComparison.Ordinal);
    }
}
