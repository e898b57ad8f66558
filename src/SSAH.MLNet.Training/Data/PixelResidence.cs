using SSAH.MLNet.Training.Loop;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Data;

/// <summary>Where the bytes of the training set's images lie while views are drawn of them.</summary>
internal enum PixelResidence
{
    /// <summary>With the program, which computes the views: fastest where the network is computed on the same processors.</summary>
    Program,

    /// <summary>All on the device, which computes the views.</summary>
    Device,

    /// <summary>With the program; those of a batch go to the device, which computes the views.</summary>
    Batches,
}

/// <summary>The choice between the residences.</summary>
internal static class PixelResidences
{
    // Where the driver does not tell what is free; every card that can train has more.
    private const long SafeBytes = 1L << 30;

    /// <summary>The residence for a training set of so many bytes.</summary>
    public static PixelResidence For(Device device, long bytes) => device.type == DeviceType.CPU
        ? PixelResidence.Program
        : For(bytes, CudaDriver.Memory(device.index)?.Free);

    /// <summary>A set may take half of what is free; the other half is for the network.</summary>
    /// <param name="bytes">Bytes of the set.</param>
    /// <param name="free">Free bytes of the device; null: unknown.</param>
    internal static PixelResidence For(long bytes, long? free) =>
        bytes <= (free is { } known ? known / 2 : SafeBytes) ? PixelResidence.Device : PixelResidence.Batches;
}
