using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.ML;

namespace SSAH.MLNet.Tests.Encoder;

/// <summary>The exported file gives equal codes where this library is not there.</summary>
public sealed class OnnxParityTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ssah-parity-");
    private readonly byte[][] _images = TestHashModels.Images(40);

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(48)]
    [InlineData(12)]
    [InlineData(64)]
    public void Stock_ApplyOnnxModel_gives_the_same_codes(int bits)
    {
        var context = new MLContext(seed: 1);
        string path = Save(bits);
        IDataView rows = PixelRows.Create(_images, TestHashModels.Shape, isBytes: false, isInterleaved: false);
        var stock = context.Transforms.ApplyOnnxModel(["HashCode", "HashCodeActivation"], ["Pixels"], path);
        using var encoder = new HashEncoder(File.ReadAllBytes(path));
        IDataView expected = stock.Fit(rows).Transform(rows);
        IDataView ours = encoder.Transform(rows);
        Assert.Equal(CodeRows.Codes(expected), CodeRows.Codes(ours));
        Assert.Equal(
            CodeRows.Activations(expected).SelectMany(value => value),
            CodeRows.Activations(ours).SelectMany(value => value),
            (a, b) => Math.Abs(a - b) < 1e-5f);
    }

    [Fact]
    public void ONNX_Runtime_in_Python_gives_the_same_codes()
    {
        (int found, _) = Python("import numpy, onnxruntime");
        Assert.SkipUnless(found == 0, "No Python with numpy and onnxruntime on this machine (python3 -c 'import numpy, onnxruntime' fails).");
        string path = Save(48), pixels = Path.Combine(_folder.FullName, "pixels.bin");
        float[] values = TestHashModels.Flatten(_images);
        File.WriteAllBytes(pixels, MemoryMarshal.AsBytes(values.AsSpan()));
        (int ended, string hex) = Python(
            "import sys, numpy, onnxruntime\n"
            + "x = numpy.fromfile(sys.argv[2], numpy.float32).reshape(-1, 3, 12, 10)\n"
            + "s = onnxruntime.InferenceSession(sys.argv[1], providers=['CPUExecutionProvider'])\n"
            + "print(s.run(['HashCode'], {'Pixels': x})[0].tobytes().hex())", path, pixels);
        Assert.Equal(0, ended);
        using var encoder = new HashEncoder(File.ReadAllBytes(path));
        var packed = new byte[6];
        var expected = new List<byte>();
        Hashing.BinaryCodes codes = encoder.Encode(values);
        for (int row = 0; row < codes.Count; row++)
        {
            codes.CopyPacked(row, packed);
            expected.AddRange(packed);
        }
        Assert.Equal(Convert.ToHexStringLower([.. expected]), hex.Trim());
    }

    private string Save(int bits)
    {
        using var encoder = new HashEncoder(TestHashModels.Create(bits));
        string path = Path.Combine(_folder.FullName, $"{bits}.onnx");
        encoder.SaveOnnx(path);
        return path;
    }

    private static (int ExitCode, string Output) Python(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo("python3") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(program);
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        try
        {
            using Process process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (-1, "");
        }
    }
}
