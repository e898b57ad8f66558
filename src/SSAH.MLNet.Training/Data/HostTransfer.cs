using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Data;

/// <summary>Values on their way between the program and the training device. On the CPU they stay where they are.</summary>
internal static class HostTransfer
{
    [ThreadStatic]
    private static long s_waits;

    /// <summary>Times that this thread has asked a device for results so far, and waited.</summary>
    public static long Waits => s_waits;

    /// <summary>
    /// A CPU tensor on the device. The program does not wait for it: the values go through pinned memory, which libtorch gives to nobody else before
    /// the copy is over.
    /// </summary>
    public static Tensor Send(this Tensor values, Device device)
    {
        if (device.type == DeviceType.CPU)
            return values;
        using var pinned = values.pin_memory();
        return pinned.to(device, non_blocking: true);
    }

    /// <summary>A tensor's values on the CPU. The program waits until the device has computed them.</summary>
    public static Tensor Fetch(this Tensor values)
    {
        s_waits++;
        return values.cpu();
    }
}
