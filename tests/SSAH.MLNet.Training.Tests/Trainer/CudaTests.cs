using Microsoft.ML;
using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Loop;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Trainer;

/// <summary>What only a machine with an NVIDIA GPU can show.</summary>
public sealed class CudaTests : DeviceTests
{
    protected override Device Open()
    {
        Assert.SkipUnless(cuda.is_available(), "This machine has no CUDA device.");
        return device("cuda", 0);
    }

    [Fact]
    public void A_number_beyond_the_devices_is_an_error_that_says_how_many_there_are()
    {
        Open();
        var ml = new MLContext(1) { GpuDeviceId = 63, FallbackToCpu = false };
        var options = Images.Options(steps: 2);
        options.Device = TrainingDevice.Cuda;
        var error = Assert.Throws<InvalidOperationException>(() => ml.Transforms.SsahHash(options).Fit(Images.View(ml, Images.Draw(30, 1))));
        Assert.Contains($"there are {cuda.device_count()}, numbered from 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_driver_tells_the_name_and_the_memory()
    {
        Open();
        Assert.NotEmpty(CudaDriver.Name(0)!);
        var (free, all) = CudaDriver.Memory(0)!.Value;
        Assert.InRange(free, 1, all);
        using var block = zeros(64 << 20, ScalarType.Byte, device("cuda", 0));
        Assert.True(CudaDriver.Memory(0)!.Value.Free <= free);
    }
}
