using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Networks;

public sealed class RecomputationTests
{
    private const int Side = 32, Bits = 12;

    private static HashNetwork Network(string backbone)
    {
        var network = new HashNetwork(backbone == "small" ? BackboneNetwork.SmallResNet(3, 16) : BackboneNetwork.ResNet18(3, 16), Bits, classHeadSize: 4);
        using var generator = new Generator(7, CPU);
        Initialization.Apply(network, generator);
        return network;
    }

    // As a step does it: a batch, then another one whose images have a gradient and which moves no statistics.
    private static float[][] Gradients(string backbone, ScalarType type, bool recomputes)
    {
        using var scope = NewDisposeScope();
        using var network = Network(backbone);
        network.ComputeType = type;
        network.Recomputation = recomputes ? new Recomputation() : null;
        using var generator = new Generator(3, CPU);
        var easy = randn(6, 3, Side, Side, generator: generator);
        var hard = randn(8, 3, Side, Side, generator: generator).requires_grad_(true);
        network.TrackStatistics(true);
        var first = network.call(easy);
        network.TrackStatistics(false);
        var second = network.call(hard);
        (first.Code.sum() + second.Code.pow(tensor(2f)).sum() + second.Logits!.sum()).backward();
        network.Recomputation?.Backward();
        return [.. network.parameters().Where(parameter => parameter.requires_grad).Select(parameter => parameter.grad!).Append(hard.grad!)
            .Concat(network.buffers())
            .Select(values => values.to(ScalarType.Float32).data<float>().ToArray())];
    }

    [Theory]
    [InlineData("small", ScalarType.Float32)]
    [InlineData("small", ScalarType.BFloat16)]
    [InlineData("resnet18", ScalarType.Float32)]
    public void What_is_computed_again_gives_the_same_gradients_and_statistics_to_the_bit(string backbone, ScalarType type)
    {
        float[][] kept = Gradients(backbone, type, recomputes: false);
        Assert.Contains(kept[^1], value => value != 0);
        Assert.Equal(kept, Gradients(backbone, type, recomputes: true));
    }

    [Theory]
    [InlineData("small")]
    [InlineData("resnet18")]
    public void A_pass_through_the_network_holds_nothing_but_its_result(string backbone)
    {
        using var network = Network(backbone);
        using var images = randn(4, 3, Side, Side);
        using var scope = NewDisposeScope();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        _ = network.Backbone.forward(images);
        Assert.Equal(before + 1, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void What_a_failed_step_left_is_forgotten()
    {
        using var scope = NewDisposeScope();
        var later = new Recomputation();
        var weight = ones(2).requires_grad_(true);
        int times = 0;
        Tensor Again()
        {
            times++;
            return weight * weight;
        }
        later.Run(Again, Again).sum().backward();
        later.Forget();
        later.Backward();
        Assert.Equal(1, times);
        Assert.Null(weight.grad);
    }
}
