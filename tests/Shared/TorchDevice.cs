using System.Diagnostics;
using System.Text.RegularExpressions;
using SSAH.MLNet.Training.Loop;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Measurements;

/// <summary>What a training was measured on; shared by the benchmarks and the experiments.</summary>
/// <param name="Device">Name of the training device.</param>
/// <param name="Driver">Version of NVIDIA's driver; null on the CPU and where the system does not tell.</param>
/// <param name="Libtorch">Version of libtorch; null where nothing beside it tells.</param>
/// <param name="Cuda">Version of CUDA that this libtorch was built with, and the newest that the driver runs; null on the CPU.</param>
internal sealed partial record TorchDevice(string Device, string? Driver, string? Libtorch, string? Cuda)
{
    private const string DriverFile = "/proc/driver/nvidia/version";

    /// <summary>Describes a device.</summary>
    public static TorchDevice Of(Device device)
    {
        string? folder = Process.GetCurrentProcess().Modules.Cast<ProcessModule>().Select(module => module.FileName)
            .FirstOrDefault(file => file.Contains("torch_cpu", StringComparison.Ordinal)) is { } file ? Path.GetDirectoryName(file) : null;
        // A Python installation says it in torch/version.py, beside torch/lib; a program with its own libtorch among its packages; NuGet's folders by name.
        string python = ReadIfThere(Path.Combine(folder ?? "", "..", "version.py"));
        string packages = string.Concat(Directory.EnumerateFiles(AppContext.BaseDirectory, "*.deps.json").Select(ReadIfThere));
        string? libtorch = Found(PythonVersion(), python) ?? Found(PackageVersion(), packages)
            ?? Found(PackageVersion(), folder?.Replace('\\', '/') ?? "");
        if (device.type == DeviceType.CPU)
            return new TorchDevice("cpu", null, libtorch, null);
        string built = Found(PythonCuda(), python) ?? "CUDA of TorchSharp's package";
        return new TorchDevice($"cuda:{device.index} {CudaDriver.Name(device.index)}", Found(NumberWithDots(), ReadIfThere(DriverFile)), libtorch,
            $"{built}, driver up to {CudaDriver.CudaVersion}");
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Device}, libtorch {Libtorch ?? "unknown"}{(Cuda is null ? "" : $", CUDA {Cuda}")}{(Driver is null ? "" : $", driver {Driver}")}";

    private static string ReadIfThere(string path) => File.Exists(path) ? File.ReadAllText(path) : "";

    private static string? Found(Regex pattern, string text) => pattern.Match(text) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex("""__version__ = '([^']+)'""")]
    private static partial Regex PythonVersion();

    [GeneratedRegex("""cuda[^=\n]*= '([^']+)'""")]
    private static partial Regex PythonCuda();

    [GeneratedRegex("""(?:libtorch-cpu-[a-z0-9-]+|libtorch-cuda-[a-z0-9.-]+)/([0-9.]+)""")]
    private static partial Regex PackageVersion();

    [GeneratedRegex("""\b([0-9]+\.[0-9]+(?:\.[0-9]+)?)\b""")]
    private static partial Regex NumberWithDots();
}
