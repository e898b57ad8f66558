using System.Runtime.InteropServices;

namespace SSAH.MLNet.Training.Loop;

/// <summary>
/// While a training runs, freed native memory stays with the process. glibc gives large blocks back to the system at once, so that every feature map of every
/// step is mapped and zeroed page by page again, which costs more than the convolutions.
/// </summary>
/// <remarks>
/// Only glibc has these settings; elsewhere nothing happens. Blocks above 64 MB are kept only on the program's first thread (the others' arenas hold no larger ones): float32 training is faster there.
/// The settings are put back, and the memory is returned, when the last training ends.
/// </remarks>
internal static partial class KeptMemory
{
    // Parameters of mallopt(3) and their defaults.
    private const int TrimThreshold = -1, TopPad = -2, MmapMax = -4;
    private const int DefaultTrimThreshold = 128 * 1024, DefaultTopPad = 0, DefaultMmapMax = 65536;
    private const int Ahead = 64 << 20;
    private static readonly SharedSetting s_setting = new(() => Set(int.MaxValue, Ahead, 0), () => Set(DefaultTrimThreshold, DefaultTopPad, DefaultMmapMax));

    /// <summary>Keeps freed memory until the result is disposed.</summary>
    public static IDisposable Start() => s_setting.Use();

    private static void Set(int trimThreshold, int topPad, int mmapMax)
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = SetAllocator(TrimThreshold, trimThreshold);
            _ = SetAllocator(TopPad, topPad);
            _ = SetAllocator(MmapMax, mmapMax);
            if (mmapMax > 0)
                _ = ReturnMemory(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, which has no such settings.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetAllocator(int parameter, int value);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int ReturnMemory(nuint pad);
}
