using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Loop;
using SSAH.MLNet.Training.Tests.Trainer;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Data;

/// <summary>Where the pixels lie changes no view and no training. What a GPU would compute is computed on the CPU here.</summary>
public sealed class ImageViewsTests
{
    [Theory]
    [InlineData(3, 12, 12, 0.25, true, 0.3)]
    [InlineData(1, 7, 19, 0.5, true, 0.9)]
    [InlineData(3, 33, 8, 0.4, false, 0.2)]
    [InlineData(4, 9, 9, 0, true, 0)]
    public void Views_of_the_device_are_those_of_the_program_to_the_last_bit(int channels, int height, int width, double shift, bool flip, double jitter)
    {
        var set = Set(new PixelShape(channels, height, width), rows: 50);
        var augmentation = new ImageAugmentation(shift, flip, jitter);
        using MiniBatchSource program = Source(PixelResidence.Program), device = Source(PixelResidence.Device), batches = Source(PixelResidence.Batches);
        var random = new Random(3);
        foreach (int count in new[] { 1, 50, 7 })
            foreach (bool strong in new[] { false, true })
            {
                using var scope = NewDisposeScope();
                int[] rows = [.. Enumerable.Range(0, count).Select(_ => random.Next(50))];
                float[] expected = Values(program.Draw(rows, strong)), plain = Values(program.Plain(rows));
                Assert.NotEqual(expected[0], expected[^1]);
                foreach (var source in new[] { device, batches })
                {
                    var drawn = source.Draw(rows, strong);
                    Assert.Equal([count, channels, height, width], drawn.shape);
                    Assert.Equal(expected, Values(drawn));
                    Assert.Equal(plain, Values(source.Plain(rows)));
                }
            }

        MiniBatchSource Source(PixelResidence residence) =>
            new(set, ImageNormalization.Measure(set), augmentation, () => new Random(5), CPU, residence);
    }

    [Theory]
    [InlineData(HardSampleSource.None, true)]
    [InlineData(HardSampleSource.Random, false)]
    [InlineData(HardSampleSource.Adversarial, true)]
    [InlineData(HardSampleSource.Adversarial, false)]
    [InlineData(HardSampleSource.HardestRandom, true)]
    public void A_training_is_the_same_wherever_its_pixels_lie(HardSampleSource source, bool allOnTheDevice)
    {
        Assert.Equal(Train(PixelResidence.Program), Train(allOnTheDevice ? PixelResidence.Device : PixelResidence.Batches));

        float[] Train(PixelResidence where)
        {
            var options = Images.Options();
            (options.HardSamples.Source, options.Consistency.ConfidenceThreshold, options.Augmentation.HorizontalFlip) = (source, 0, true);
            using var training = new SsahTraining(Images.Set(60, labeledEvery: 3), options, CPU, ScalarType.Float32, seed: 1, where);
            for (int i = 0; i < 4; i++)
                training.RunStep();
            return [.. training.Teacher.parameters().SelectMany(Values)];
        }
    }

    [Fact]
    public void Steps_with_pixels_on_the_device_leave_no_tensor_behind()
    {
        using var training = new SsahTraining(Images.Set(60, labeledEvery: 3), Images.Options(), CPU, ScalarType.Float32, seed: 1, PixelResidence.Batches);
        Run();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Run();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        void Run()
        {
            for (int i = 0; i < 5; i++)
                training.RunStep();
        }
    }

    [Fact]
    public void Pixels_in_mapped_files_go_to_the_device_too()
    {
        var (mapped, managed) = (Set(new PixelShape(3, 10, 10), 30, memoryLimit: 0), Set(new PixelShape(3, 10, 10), 30));
        Assert.Equal(Draw(managed, PixelResidence.Program), Draw(mapped, PixelResidence.Device));

        static float[] Draw(TrainingSet set, PixelResidence residence)
        {
            using var scope = NewDisposeScope();
            using var source = new MiniBatchSource(set, ImageNormalization.Measure(set), new ImageAugmentation(0.2, true, 0.2), () => new Random(5), CPU,
                residence);
            return Values(source.Draw([29, 0, 13]));
        }
    }

    [Fact]
    public void A_set_lies_on_the_device_where_it_takes_half_of_what_is_free_at_most()
    {
        Assert.Equal(PixelResidence.Program, PixelResidences.For(CPU, bytes: 1));
        Assert.Equal(PixelResidence.Device, PixelResidences.For(bytes: 9_000_000_000, free: 80_000_000_000));
        Assert.Equal(PixelResidence.Device, PixelResidences.For(bytes: 50, free: 100));
        Assert.Equal(PixelResidence.Batches, PixelResidences.For(bytes: 51, free: 100));
        Assert.Equal(PixelResidence.Batches, PixelResidences.For(bytes: 9_000_000_000, free: null));
    }

    [Fact]
    public void Without_a_driver_nothing_is_known_of_devices()
    {
        Assert.SkipWhen(cuda.is_available(), "This machine has a CUDA device.");
        Assert.Null(CudaDriver.Memory(0));
        Assert.Null(CudaDriver.Name(0));
    }

    private static TrainingSet Set(PixelShape shape, int rows, long memoryLimit = long.MaxValue)
    {
        var builder = new TrainingSet.Builder(shape, memoryLimit);
        for (int row = 0; row < rows; row++)
            new Random(row).NextBytes(builder.Add([row % 2]));
        return builder.Build(2, multiLabel: false, names: null, validationFraction: 0, seed: 1);
    }

    private static float[] Values(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();
}
