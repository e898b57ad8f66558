using System.Runtime.InteropServices;

namespace SSAH.MLNet.Training.Workarounds;

/// <summary>
/// glibc gives large freed blocks back to the system at once, so that every feature map of every step is mapped and zeroed page by page again, which
/// costs more than the convolutions. While a training runs on the CPU, freed native memory stays with the process.
/// </summary>
/// <remarks>
/// Only glibc has these settings; elsewhere nothing happens, and nothing where the environment has settings of its own (<c>MALLOC_TRIM_THRESHOLD_</c>
/// and the like, or <c>glibc.malloc</c> in <c>GLIBC_TUNABLES</c>). Blocks above 64 MB are kept only on the program's first thread (the others' arenas
/// hold no larger ones): float32 training is faster there. When the last training ends, the memory is returned and the settings are what glibc's own
/// moving threshold ends at, once blocks of 32 MB have been freed: after <c>mallopt</c> that threshold itself cannot be set moving again, nor can a
/// program read what it was.
/// </remarks>
internal static partial class GlibcMemoryReturn
{
    // Parameters of mallopt(3), their defaults, and the largest values of glibc's moving threshold on 64 bits.
    private const int TrimThreshold = -1, TopPad = -2, MmapThreshold = -3, MmapMax = -4;
    private const int DefaultTopPad = 128 * 1024, DefaultMmapMax = 65536, LargestMmapThreshold = 32 << 20, LargestTrimThreshold = 64 << 20;
    private const int Ahead = 64 << 20;

    private static readonly string[] s_variables = ["MALLOC_TRIM_THRESHOLD_", "MALLOC_TOP_PAD_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_MMAP_MAX_"];
    private static readonly SharedSetting s_setting = new(Keep, Return);

    /// <summary>Keeps freed memory until the result is disposed.</summary>
    public static IDisposable Prevent() => s_setting.Use();

    /// <summary>Gives back what is free now: between two phases that need much memory in other pieces, which would lie beside each other's.</summary>
    public static void ReturnFree() => IfGlibc(() => ReturnMemory(0));

    /// <summary>Whether an environment sets the allocator itself.</summary>
    /// <param name="variable">Gives the value of an environment variable.</param>
    internal static bool IsSetBy(Func<string, string?> variable) =>
        s_variables.Any(name => variable(name) is not null) || (variable("GLIBC_TUNABLES")?.Contains("glibc.malloc.", StringComparison.Ordinal) ?? false);

    private static void Keep() => Set((TrimThreshold, int.MaxValue), (TopPad, Ahead), (MmapMax, 0));

    private static void Return()
    {
        Set((TrimThreshold, LargestTrimThreshold), (TopPad, DefaultTopPad), (MmapThreshold, LargestMmapThreshold), (MmapMax, DefaultMmapMax));
        ReturnFree();
    }

    private static void Set(params ReadOnlySpan<(int Parameter, int Value)> settings)
    {
        foreach (var (parameter, value) in settings)
            IfGlibc(() => SetAllocator(parameter, value));
    }

    private static void IfGlibc(Func<int> call)
    {
        if (!OperatingSystem.IsLinux() || IsSetBy(Environment.GetEnvironmentVariable))
            return;
        try
        {
            _ = call();
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
