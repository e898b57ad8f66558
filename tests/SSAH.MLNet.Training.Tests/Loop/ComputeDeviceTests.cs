using SSAH.MLNet.Training.Loop;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Loop;

public sealed class ComputeDeviceTests
{
    [Theory]
    [InlineData(TrainingPrecision.Float32, 3, ScalarType.Float32)]
    [InlineData(TrainingPrecision.BFloat16, 3, ScalarType.BFloat16)]
    [InlineData(TrainingPrecision.BFloat16, 1, ScalarType.BFloat16)]
    [InlineData(TrainingPrecision.Auto, 1, ScalarType.Float32)]
    public void An_explicit_number_type_wins_and_gray_images_stay_in_float32(TrainingPrecision precision, int channels, ScalarType expected) =>
        Assert.Equal(expected, ComputeDevice.NumberType(precision, CPU, channels));

    // The kernel names the same features that the library asks the processor for.
    [Fact]
    public void Bfloat16_is_the_default_where_the_processor_is_faster_with_it()
    {
        const string cpuinfo = "/proc/cpuinfo";
        Assert.SkipUnless(File.Exists(cpuinfo), "only Linux lists the processor's features in a file");
        string[] lines = File.ReadAllLines(cpuinfo);
        string Value(string key) => lines.FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?.Split(':')[1] ?? "";
        string[] flags = Value("flags").Split(' ');
        bool faster = flags.Contains("avx512_bf16") && (flags.Contains("amx_bf16") || Value("vendor_id").Trim() == "AuthenticAMD");
        Assert.Equal(faster ? ScalarType.BFloat16 : ScalarType.Float32, ComputeDevice.NumberType(TrainingPrecision.Auto, CPU, channels: 3));
    }
}
