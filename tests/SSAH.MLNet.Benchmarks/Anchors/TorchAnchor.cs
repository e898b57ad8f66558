using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Benchmarks;

/// <summary>Runs <c>torch_training.py</c>: the default H-Net in Python's PyTorch.</summary>
internal sealed class TorchAnchor
{
    private static readonly string s_script = Path.Combine(AppContext.BaseDirectory, "Anchors", "torch_training.py");
    private readonly string _python;

    private TorchAnchor(string python) => _python = python;

    /// <summary>Version of the PyTorch that ran last.</summary>
    public string Version { get; private set; } = "";

    /// <summary>Debian's; null, with the reason printed, where the package is not installed.</summary>
    public static TorchAnchor? Find()
    {
        if (DebianPython.Has("torch"))
            return new TorchAnchor(DebianPython.Interpreter);
        BenchmarkRow.Note($"no PyTorch rows: Debian's python3-torch is not installed; as root: apt-get install -y python3-torch");
        return null;
    }

    /// <summary>The PyTorch of the python3 on the path, which sees the device, else Debian's; null, with the reason printed, without one.</summary>
    public static TorchAnchor? FindOn(Device device)
    {
        foreach (string python in (string[])["python3", DebianPython.Interpreter])
            if (DebianPython.Has("torch", python))
                return new TorchAnchor(python);
        BenchmarkRow.Note($"no PyTorch rows: python3 has no torch for {device}");
        return null;
    }

    /// <summary>Median seconds of a number of steps.</summary>
    /// <param name="type">float32 or bfloat16.</param>
    /// <param name="images">Images a step.</param>
    /// <param name="steps">Steps that are timed together.</param>
    /// <param name="repeats">Times of which the median is taken.</param>
    /// <param name="more">Further arguments of the script.</param>
    public double Seconds(string type, int images, int steps, int repeats, params string[] more)
    {
        string output = DebianPython.RunWith(_python, Environment.ProcessorCount, s_script,
            [type, .. new[] { images, steps, repeats }.Select(n => n.ToString(CultureInfo.InvariantCulture)), .. more]);
        string[] said = output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (said is not [.., "seconds", var seconds, "version", var version])
            throw new InvalidOperationException($"{s_script} printed {output}");
        Version = version;
        return double.Parse(seconds, CultureInfo.InvariantCulture);
    }

    /// <summary>The same on a device; null, with the reason printed, where this PyTorch cannot.</summary>
    public double? TrySeconds(string type, int images, int steps, int repeats, Device device, bool compiled)
    {
        try
        {
            return Seconds(type, images, steps, repeats, ["--device", device.type == DeviceType.CPU ? "cpu" : $"cuda:{device.index}",
                .. compiled ? ["--compile"] : Array.Empty<string>()]);
        }
        catch (InvalidOperationException error)
        {
            BenchmarkRow.Note($"no row of PyTorch {(compiled ? "compiled" : "eager")}: {error.Message.TrimEnd().Split('\n')[^1]}");
            return null;
        }
    }
}
