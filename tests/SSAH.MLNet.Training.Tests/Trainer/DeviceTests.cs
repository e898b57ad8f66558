using Microsoft.ML;
using SSAH.MLNet.Onnx;
using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Loop;
using SSAH.MLNet.Training.Onnx;
using SSAH.MLNet.Training.Tests.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Trainer;

/// <summary>
/// What holds on every training device. A GPU is held to it by <see cref="CudaTests"/>; <see cref="CpuDeviceTests"/> runs the same on the CPU. What a GPU
/// does in its own way (views from bytes on the device, weights cast once a step) ImageViewsTests and WeightCastsTests run there.
/// </summary>
public abstract class DeviceTests
{
    /// <summary>The device; skips the test where it is not there.</summary>
    protected abstract Device Open();

    [Theory]
    [InlineData(HardSampleSource.None, TrainingPrecision.Float32)]
    [InlineData(HardSampleSource.Random, TrainingPrecision.Float32)]
    [InlineData(HardSampleSource.HardestRandom, TrainingPrecision.Float32)]
    [InlineData(HardSampleSource.Adversarial, TrainingPrecision.Float32)]
    [InlineData(HardSampleSource.Adversarial, TrainingPrecision.BFloat16)]
    public void Every_source_of_hard_samples_trains_and_its_encoder_is_saved_and_loaded(HardSampleSource source, TrainingPrecision precision)
    {
        var device = Open();
        string file = Path.GetTempFileName();
        try
        {
            var ml = new MLContext(1) { FallbackToCpu = false };
            var options = Images.Options(steps: 6);
            (options.HardSamples.Source, options.Precision) = (source, precision);
            options.Device = device.type == DeviceType.CUDA ? TrainingDevice.Cuda : TrainingDevice.Cpu;
            var data = Images.View(ml, Images.Draw(60, 4));
            float[] image = Images.Draw(1, 0)[0].Pixels;
            using var encoder = ml.Transforms.SsahHash(options).Fit(data);
            Assert.Equal(device.ToString(), encoder.TrainingSummary!.Device);
            ml.Model.Save(encoder, data.Schema, file);
            using var loaded = (HashEncoder)new MLContext().Model.Load(file, out _);
            Assert.Equal(encoder.EncodeActivations(image), loaded.EncodeActivations(image));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData(HardSampleSource.None)]
    [InlineData(HardSampleSource.Random)]
    [InlineData(HardSampleSource.Adversarial)]
    public void One_step_in_float32_agrees_with_the_CPU(HardSampleSource source)
    {
        var device = Open();
        using var exact = WithoutTf32();
        float[] expected = AfterOneStep(CPU, PixelResidence.Program), all = AfterOneStep(device, PixelResidence.Device),
            sent = AfterOneStep(device, PixelResidence.Batches);
        foreach (float[] actual in new[] { all, sent })
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-3f));

        float[] AfterOneStep(Device where, PixelResidence residence)
        {
            var options = Images.Options();
            (options.HardSamples.Source, options.Consistency.ConfidenceThreshold, options.Consistency.Ramp) = (source, 0, 0);
            using var training = new SsahTraining(Images.Set(60, labeledEvery: 3), options, where, ScalarType.Float32, seed: 1, residence);
            training.RunStep();
            using var network = training.TeacherOnCpu();
            return [.. network.parameters().SelectMany(parameter => parameter.data<float>().ToArray())];
        }
    }

    [Fact]
    public void Views_are_those_of_the_program_to_the_last_bit_however_many_are_under_way()
    {
        var device = Open();
        var set = Images.Set(60, labeledEvery: 3);
        using var scope = NewDisposeScope();
        float[][] expected = Draw(CPU, PixelResidence.Program);
        Assert.Equal(expected, Draw(device, PixelResidence.Device));
        Assert.Equal(expected, Draw(device, PixelResidence.Batches));

        float[][] Draw(Device where, PixelResidence residence)
        {
            using var source = new MiniBatchSource(set, ImageNormalization.Measure(set), new ImageAugmentation(0.2, true, 0.3), () => new Random(5), where,
                residence);
            // Nothing is waited for before all are drawn: memory that is sent from must not be written to early.
            Tensor[] drawn = [.. Enumerable.Range(0, 40).Select(i => source.Draw([.. Enumerable.Range(0, 60).Select(row => (row + i) % 60)], i % 2 == 0)),
                source.Plain([3, 0, 59])];
            return [.. drawn.Select(views => views.cpu().data<float>().ToArray())];
        }
    }

    [Theory]
    [InlineData(3, 32, 1, 3, 1)]
    [InlineData(32, 64, 1, 3, 1)]
    [InlineData(20, 24, 1, 5, 1)]
    [InlineData(64, 128, 1, 1, 2)]
    [InlineData(3, 64, 1, 7, 2)]
    [InlineData(32, 32, 32, 3, 2)]
    public void Gradients_of_convolutions_are_those_of_double_precision(long inputs, long outputs, long groups, long kernel, long stride)
    {
        var device = Open();
        using var exact = WithoutTf32();
        foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 })
            ConvolutionTests.Check(inputs, outputs, groups, kernel, stride, side: 16, type, channelsLast: true, device);
    }

    [Theory]
    [InlineData(TrainingPrecision.Float32)]
    [InlineData(TrainingPrecision.BFloat16)]
    public void Bits_of_the_teacher_are_those_of_the_exported_model_where_activations_are_clear(TrainingPrecision precision)
    {
        var device = Open();
        var set = Images.Set(60, labeledEvery: 3);
        var type = ComputeDevice.NumberType(precision, device, channels: 3);
        using var training = new SsahTraining(set, Images.Options(), device, type, seed: 1);
        for (int i = 0; i < 12; i++)
            training.RunStep();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        int[] rows = [.. Enumerable.Range(0, 60)];
        training.Teacher.ComputeType = ScalarType.Float32;
        float[] onDevice = training.Teacher.Encode(training.Batches.Plain(rows)).cpu().data<float>().ToArray();
        using var onCpu = training.TeacherOnCpu();
        byte[] model = HashModelExporter.Export(onCpu, set.Shape, training.Normalization, [KeyValuePair.Create("ssah.bits", "16")]);
        float[] exported = new HashEncoder(model).EncodeActivations([.. rows.SelectMany(row => set.Image(row).ToArray().Select(value => (float)value))]);
        Assert.Contains(onDevice, activation => Math.Abs(activation) > 0.1);
        Assert.All(onDevice.Zip(exported).Where(pair => Math.Abs(pair.First) > 0.01), pair => Assert.Equal(pair.First >= 0, pair.Second >= 0));
    }

    private static Rounding WithoutTf32() => new();

    // cuDNN rounds float32 to TF32 unless it is told not to.
    private sealed class Rounding : IDisposable
    {
        private readonly bool _before = backends.cudnn.allow_tf32;

        public Rounding() => backends.cudnn.allow_tf32 = false;

        public void Dispose() => backends.cudnn.allow_tf32 = _before;
    }
}

/// <summary>The same on the CPU, which stands in for the device.</summary>
public sealed class CpuDeviceTests : DeviceTests
{
    protected override Device Open() => CPU;

    [Fact]
    public void A_step_asks_for_results_twice()
    {
        var device = Open();
        using var training = new SsahTraining(Images.Set(60, labeledEvery: 3), Images.Options(), device, ScalarType.BFloat16, seed: 1);
        training.RunStep();
        long before = HostTransfer.Waits;
        training.RunStep();
        Assert.Equal(2, HostTransfer.Waits - before);
    }
}
