using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Loop;

/// <summary>Where a training runs and in which number type.</summary>
internal static class ComputeDevice
{
    /// <summary>Loads libtorch, to learn early whether it is there.</summary>
    /// <exception cref="InvalidOperationException">It is missing or does not fit this system; the message says what to add.</exception>
    public static void Load()
    {
        try
        {
            InitializeDeviceType(DeviceType.CPU);
        }
        catch (Exception error) when (error is TypeInitializationException or NotSupportedException or DllNotFoundException or BadImageFormatException)
        {
            throw new InvalidOperationException("libtorch, the native half of TorchSharp 0.107, cannot be loaded. Add the package "
                + "libtorch-cpu-linux-x64 2.10.0 (-win-x64, -osx-arm64), or for CUDA "
                + "TorchSharp-cuda-linux 0.107.0 (-windows), to the application. Where that package is there, the system's C++ library may be older "
                + "than GCC 13's (GLIBCXX_3.4.32), or with HashDevice=system libtorch is not on the loader's path: "
                + $"{FirstLine(error.InnerException ?? error)}", error);
        }
    }

    /// <summary>The explicit option, then the context's GPU, then the CPU.</summary>
    /// <exception cref="InvalidOperationException">A GPU was asked for, it cannot be used, and the context does not allow the CPU instead.</exception>
    public static Device Choose(TrainingDevice choice, IHostEnvironment environment, IChannel channel)
    {
        int? gpu = MLNetInternals.GpuDeviceId(environment);
        if (choice == TrainingDevice.Cpu || (choice == TrainingDevice.Auto && gpu is null))
            return CPU;
        int index = gpu ?? 0;
        if ((Obstacle(index, cuda.is_available() ? cuda.device_count() : 0) ?? Try(index)) is not { } obstacle)
            return device("cuda", index);
        if (!MLNetInternals.FallbackToCpu(environment))
            throw new InvalidOperationException($"Training on a GPU was asked for, but {obstacle}. Or train on the CPU: set Device to "
                + $"{nameof(TrainingDevice.Cpu)}, or MLContext.FallbackToCpu.");
        channel.Warning(MessageSensitivity.None, $"Training on the CPU instead of a GPU: {obstacle}.");
        return CPU;
    }

    /// <summary>Why a GPU cannot be used, and what to do, as the end of a sentence; null if it can.</summary>
    /// <param name="index">Number of the GPU.</param>
    /// <param name="count">Number of CUDA devices that libtorch sees.</param>
    internal static string? Obstacle(int index, int count) => count switch
    {
        0 => "no CUDA device is available: build with HashDevice=cuda (it adds TorchSharp's CUDA package) or, with a CUDA libtorch on the loader's "
            + "path, HashDevice=system, on a machine with an NVIDIA driver",
        _ when index < 0 || index >= count => $"there is no CUDA device {index}: there are {count}, numbered from 0. Set MLContext.GpuDeviceId to one of them",
        _ => null,
    };

    /// <summary>The error to throw in place of one of libtorch's: out of memory says what to make smaller.</summary>
    internal static InvalidOperationException? Explain(Exception error, SsahTrainer.Options options, int step) =>
        error.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
            ? new InvalidOperationException(
                $"The memory did not suffice for step {step}: lower Optimization.LabeledBatchSize ({options.Optimization.LabeledBatchSize}) and "
                + $"Consistency.UnlabeledBatchSize ({options.Consistency.UnlabeledBatchSize}), or take smaller images or a smaller Backbone. "
                + $"{FirstLine(error)}", error)
            : null;

    // A convolution and a product need the libraries beside CUDA that may be missing.
    private static string? Try(int index)
    {
        try
        {
            using var scope = NewDisposeScope();
            var images = ones(1, 3, 8, 8, device: device("cuda", index));
            nn.functional.conv2d(images, images).flatten(1).matmul(ones(1, 1, device: images.device)).cpu();
            return null;
        }
        catch (ExternalException error)
        {
            return $"CUDA device {index} cannot be used: {FirstLine(error)}";
        }
    }

    private static string FirstLine(Exception error) => error.Message.Split('\n')[0];

    /// <summary>The explicit option, else bfloat16 where the processor is faster with it and the images have color.</summary>
    /// <remarks>libtorch 2.10's bfloat16 convolutions read uninitialized memory in the backward pass for one input channel and some widths.</remarks>
    public static ScalarType NumberType(TrainingPrecision precision, Device device, int channels) => precision switch
    {
        TrainingPrecision.Float32 => ScalarType.Float32,
        TrainingPrecision.BFloat16 => ScalarType.BFloat16,
        _ => device.type == DeviceType.CPU && channels > 1 && IsFasterWithBFloat16() ? ScalarType.BFloat16 : ScalarType.Float32,
    };

    // CPUID leaf 7: AVX512_BF16 is bit 5 of EAX in subleaf 1, AMX-BF16 bit 22 of EDX in subleaf 0. Intel's AVX512_BF16 by itself has no more
    // multiply-adds than its float32.
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
