using System.Diagnostics;
using SSAH.MLNet.Training.Loop;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Measurements;

/// <summary>Memory of a training.</summary>
internal static class DeviceMemory
{
    /// <summary>The most bytes so far: of the process on the CPU, of the device on a GPU, of which libtorch gives nothing back.</summary>
    public static long Used(Device device)
    {
        if (device.type == DeviceType.CUDA)
            return CudaDriver.Memory(device.index) is var (free, all) ? all - free : 0;
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
