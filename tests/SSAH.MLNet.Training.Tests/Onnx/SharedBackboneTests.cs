using SSAH.MLNet.Training.Onnx;

namespace SSAH.MLNet.Training.Tests.Onnx;

/// <summary>Real files from elsewhere; the tests skip where they are not.</summary>
public sealed class SharedBackboneTests
{
    private static string? Folder()
    {
        string? data = Environment.GetEnvironmentVariable("SSAH_DATA");
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); data is null && directory is not null; directory = directory.Parent)
            if (Path.Combine(directory.FullName, "shared", "data") is var candidate && Directory.Exists(candidate))
                data = candidate;
        return data is not null && Path.Combine(data, "backbones") is var backbones && Directory.Exists(backbones) ? backbones : null;
    }

    [Theory]
    [InlineData("mobilenet_v1_0.25_128_quant.onnx", 128)]
    [InlineData("mobilenet_v1_0.25_128_quant.onnx", 64)]
    [InlineData("mobilenet_v1_0.5_160_quant.onnx", 160)]
    [InlineData("mobilenet_v2_1.0_224_quant.onnx", 224)]
    [InlineData("mobilenet_v2_1.0_224_quant.onnx", 96)]
    [InlineData("squeezenet_v1.0_deepcomp.onnx", 227)]
    public void Agrees_with_ONNX_Runtime_before_training(string file, int side)
    {
        string? folder = Folder();
        Assert.SkipWhen(folder is null, "No pretrained backbones: set SSAH_DATA to a folder that has 'backbones'.");
        var reader = new OnnxBackboneReader(File.ReadAllBytes(Path.Combine(folder, file)), "features", file);
        Assert.InRange(ImportVerification.Check(reader, 3, side, side), 0, 1e-4);
    }
}
