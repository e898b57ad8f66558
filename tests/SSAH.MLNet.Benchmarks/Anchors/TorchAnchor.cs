using System.Globalization;

namespace SSAH.MLNet.Benchmarks;

/// <summary>Runs <c>torch_training.py</c>: the default H-Net in Python's PyTorch, as Debian ships it.</summary>
internal sealed class TorchAnchor
{
    private static readonly string s_script = Path.Combine(AppContext.BaseDirectory, "Anchors", "torch_training.py");

    private TorchAnchor()
    {
    }

    /// <summary>Version of the PyTorch that ran last.</summary>
    public string Version { get; private set; } = "";

    /// <summary>Null, with the reason printed, where the package is not installed.</summary>
    public static TorchAnchor? Find()
    {
        if (DebianPython.Has("torch"))
            return new TorchAnchor();
        BenchmarkRow.Note($"no PyTorch rows: Debian's python3-torch is not installed; as root: apt-get install -y python3-torch");
        return null;
    }

    /// <summary>Median seconds of a number of steps.</summary>
    /// <param name="type">float32 or bfloat16.</param>
    /// <param name="images">Images a step.</param>
    /// <param name="steps">Steps that are timed together.</param>
    /// <param name="repeats">Times of which the median is taken.</param>
    public double Seconds(string type, int images, int steps, int repeats)
    {
        string output = DebianPython.Run(
            Environment.ProcessorCount, s_script, [type, .. new[] { images, steps, repeats }.Select(n => n.ToString(CultureInfo.InvariantCulture))]);
        if (output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is not ["seconds", var seconds, "version", var version])
            throw new InvalidOperationException($"{s_script} printed {output}");
        Version = version;
        return double.Parse(seconds, CultureInfo.InvariantCulture);
    }
}
