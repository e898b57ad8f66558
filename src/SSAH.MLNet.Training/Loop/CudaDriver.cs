using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace SSAH.MLNet.Training.Loop;

/// <summary>What NVIDIA's driver says of a device and TorchSharp 0.107 does not: its name and its memory. Null where there is no driver.</summary>
internal static class CudaDriver
{
    private const int NameBytes = 256;
    private static readonly Lazy<IntPtr> s_library = new(Open);

    /// <summary>Bytes of a device: free ones, whoever uses the others, and all.</summary>
    public static (long Free, long All)? Memory(int device)
    {
        if (Device(device) is not { } handle || Get<RetainContext>("cuDevicePrimaryCtxRetain") is not { } retain || retain(out var context, handle) != 0)
            return null;
        try
        {
            if (Get<PushContext>("cuCtxPushCurrent_v2") is not { } push || push(context) != 0)
                return null;
            nuint free = 0, all = 0;
            bool known = Get<MemoryInfo>("cuMemGetInfo_v2") is { } info && info(out free, out all) == 0;
            Get<PopContext>("cuCtxPopCurrent_v2")?.Invoke(out _);
            return known ? ((long)free, (long)all) : null;
        }
        finally
        {
            Get<ReleaseContext>("cuDevicePrimaryCtxRelease_v2")?.Invoke(handle);
        }
    }

    /// <summary>Name of a device.</summary>
    public static string? Name(int device)
    {
        byte[] name = new byte[NameBytes];
        return Device(device) is { } handle && Get<DeviceName>("cuDeviceGetName") is { } ask && ask(name, NameBytes, handle) == 0
            ? Encoding.UTF8.GetString(name).TrimEnd('\0')
            : null;
    }

    /// <summary>The newest CUDA that the driver can run, such as 12.8.</summary>
    public static string? CudaVersion =>
        Get<DriverVersion>("cuDriverGetVersion") is { } ask && ask(out int version) == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{version / 1000}.{version % 1000 / 10}")
            : null;

    private static int? Device(int index) =>
        Get<Initialize>("cuInit") is { } initialize && initialize(0) == 0 && Get<DeviceHandle>("cuDeviceGet") is { } get && get(out int device, index) == 0
            ? device
            : null;

    private static IntPtr Open() =>
        NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", out var library) ? library : IntPtr.Zero;

    private static T? Get<T>(string name) where T : Delegate =>
        s_library.Value != IntPtr.Zero && NativeLibrary.TryGetExport(s_library.Value, name, out var address)
            ? Marshal.GetDelegateForFunctionPointer<T>(address)
            : null;

    private delegate int Initialize(uint flags);

    private delegate int DriverVersion(out int version);

    private delegate int DeviceHandle(out int device, int index);

    private delegate int DeviceName(byte[] name, int length, int device);

    private delegate int RetainContext(out IntPtr context, int device);

    private delegate int ReleaseContext(int device);

    private delegate int PushContext(IntPtr context);

    private delegate int PopContext(out IntPtr context);

    private delegate int MemoryInfo(out nuint free, out nuint all);
}
