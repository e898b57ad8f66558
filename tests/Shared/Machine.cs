using System.Runtime.InteropServices;

namespace SSAH.MLNet.Measurements;

/// <summary>What figures were measured on; shared by the benchmarks and the experiments.</summary>
internal static class Machine
{
    /// <summary>Processor, number of processors that the process may use, and runtime.</summary>
    public static string Description { get; } = $"{Processor()}, {Environment.ProcessorCount} processor(s), {RuntimeInformation.FrameworkDescription}";

    private static string Processor() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown"
        : RuntimeInformation.ProcessArchitecture.ToString();
}
