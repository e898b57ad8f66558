using System.Runtime.InteropServices;

namespace SSAH.MLNet.Benchmarks;

/// <summary>What the rows were measured on.</summary>
internal static class MachineDescription
{
    public static void Print()
    {
        string processor = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
                ?? "unknown"
            : RuntimeInformation.ProcessArchitecture.ToString();
        BenchmarkRow.Note($"{processor}, {Environment.ProcessorCount} processors, kernel {KernelLevels.Best}");
        BenchmarkRow.Note($"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}");
    }
}
