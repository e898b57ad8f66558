using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace SSAH.MLNet.Measurements;

/// <summary>What figures were measured on; shared by the benchmarks and the experiments.</summary>
internal static class Machine
{
    /// <summary>Processor and its vectors, number of processors that the process may use, and runtime.</summary>
    public static string Description { get; } =
        $"{Processor()}{Vectors()}, {Environment.ProcessorCount} processor(s), {RuntimeInformation.FrameworkDescription}";

    // Virtual machines hide which processor of a maker they run on.
    private static string Vectors() => Avx512F.IsSupported ? " with AVX-512" : Avx2.IsSupported ? " with AVX2" : "";

    private static string Processor() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown"
        : RuntimeInformation.ProcessArchitecture.ToString();
}
