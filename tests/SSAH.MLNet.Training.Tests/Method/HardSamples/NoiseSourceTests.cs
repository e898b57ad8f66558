using SSAH.MLNet.Training.Method;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Method;

public sealed class NoiseSourceTests
{
    // What every device is to see: the CPU's own stream.
    [Fact]
    public void Noise_is_the_stream_of_the_CPU_s_generator()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(9, CPU);
        using var noise = new NoiseSource(9, CPU);
        Assert.Equal(randn(4, 1, 3, 3, generator: generator).data<float>().ToArray(), noise.Normal(4, 1, 3, 3).data<float>().ToArray());
        Assert.Equal(rand(5, generator: generator).data<float>().ToArray(), noise.Uniform(5).data<float>().ToArray());
    }
}
