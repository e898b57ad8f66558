using System.Runtime.Intrinsics.X86;
using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Loop;

/// <summary>Where a training runs and in which number type.</summary>
internal static class ComputeDevice
{
    /// <summary>The explicit option, then the context's GPU, then the CPU.</summary>
    /// <exception cref="InvalidOperationException">A GPU was asked for, there is none, and the context does not allow the CPU instead.</exception>
    public static Device Choose(TrainingDevice choice, IHostEnvironment environment, IChannel channel)
    {
        int? gpu = MLNetInternals.GpuDeviceId(environment);
        if (choice == TrainingDevice.Cpu || (choice == TrainingDevice.Auto && gpu is null))
            return CPU;
        if (cuda.is_available())
            return device("cuda", gpu ?? 0);
        const string remedy = "no CUDA device is available: build with HashDevice=cuda (it adds TorchSharp's CUDA package) on a machine with an NVIDIA driver";
        if (!MLNetInternals.FallbackToCpu(environment))
            throw new InvalidOperationException($"Training on a GPU was asked for, but {remedy}, or set MLContext.FallbackToCpu.");
        channel.Warning(MessageSensitivity.None, $"Training on the CPU instead of a GPU: {remedy}.");
        return CPU;
    }

    /// <summary>The explicit option, else bfloat16 where the processor is faster with it and the images have color.</summary>
    /// <remarks>libtorch 2.10's bfloat16 convolutions read uninitialized memory in the backward pass for one input channel and some widths.</remarks>
    public static ScalarType NumberType(TrainingPrecision precision, Device device, int channels) => precision switch
    {
        TrainingPrecision.Float32 => ScalarType.Float32,
        TrainingPrecision.BFloat16 => ScalarType.BFloat16,
        _ => device.type == DeviceType.CPU && channels > 1 && IsFasterWithBFloat16() ? ScalarType.BFloat16 : ScalarType.Float32,
    };

    // CPUID leaf 7: AVX512_BF16 is bit 5 of EAX in subleaf 1, AMX-BF16 bit 22 of EDX in subleaf 0. Intel's AVX512_BF16 by itself has no more multiply-adds than its float32.
    private static bool IsFasterWithBFloat16()
    {
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < 7)
            return false;
        var features = X86Base.CpuId(7, 0);
        bool hasVectors = features.Eax >= 1 && (X86Base.CpuId(7, 1).Eax >> 5 & 1) != 0, hasTiles = (features.Edx >> 22 & 1) != 0;
        return hasVectors && (hasTiles || IsAmd());
    }

    // "AuthenticAMD".
    private static bool IsAmd() => X86Base.CpuId(0, 0) is { Ebx: 0x68747541, Edx: 0x69746E65, Ecx: 0x444D4163 };
}
