using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Method;

public sealed class AdversarialNetworkTests
{
    [Fact]
    public void Every_occlusion_grid_has_a_head_of_its_own_that_learns()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        using var noise = new NoiseSource(4, CPU);
        using var network = new AdversarialNetwork(3, new HardSampleShape([4, 8, 16], Rotates: true), noise);
        Initialization.Apply(network, generator);
        var images = randn([8, 3, 32, 32], generator: generator);
        var hard = network.call(images, new HardSampleLimits(Area: 0.2, Angle: 0.2));
        (hard.Images * randn([8, 3, 32, 32], generator: generator)).sum().backward();
        var gradient = network.named_parameters().Single(p => p.name == AdversarialNetwork.ZeroHeads[0]).parameter.grad!;
        Assert.Equal([3, 32, 1, 1], gradient.shape);
        Assert.All(Enumerable.Range(0, 3), grid => Assert.True(gradient[grid].abs().max().ToSingle() > 0, $"the head of grid {grid} has no gradient"));
    }
}
