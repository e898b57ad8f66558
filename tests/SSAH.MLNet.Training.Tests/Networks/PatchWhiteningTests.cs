using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training.Networks;
using SSAH.MLNet.Training.Networks.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Networks;

public sealed class PatchWhiteningTests
{
    private const int Side = 24;

    // Neighbors are alike, channels too: as photos are, and as noise is not.
    private static Tensor Smooth(int channels, long seed = 3)
    {
        using var generator = new Generator((ulong)seed, CPU);
        var coarse = randn(40, channels, 6, 6, generator: generator) + randn(40, 1, 6, 6, generator: generator);
        return nn.functional.interpolate(coarse, [Side, Side], mode: InterpolationMode.Bilinear, align_corners: false)
            + 0.1 * randn(40, channels, Side, Side, generator: generator);
    }

    // Away from the border, where patches are whole.
    private static Tensor Inner(Tensor maps) => maps.narrow(2, 1, Side - 2).narrow(3, 1, Side - 2).permute(1, 0, 2, 3).flatten(1);

    [Theory]
    [InlineData(3, 32)]
    [InlineData(3, 16)]
    [InlineData(1, 16)]
    public void Directions_are_uncorrelated_and_equally_strong_on_the_images_that_they_were_measured_on(int channels, int outputs)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var layer = new PatchWhitening(channels, outputs);
        var images = Smooth(channels);
        layer.Measure(images);

        var maps = Inner(layer.forward(images));

        int directions = outputs / 2;
        var kept = maps.narrow(0, 0, directions);
        Assert.True((kept + maps.narrow(0, directions, directions)).abs().max().ToSingle() < 1e-4, "The second half is not the first one's negative.");
        var centered = kept - kept.mean([1], keepdim: true);
        var covariance = centered.matmul(centered.t()) / centered.shape[1];
        // A little below 1, where a direction is hardly more than the noise that is left alone.
        Assert.All(covariance.diagonal().data<float>().ToArray(), variance => Assert.InRange(variance, 0.9f, 1.001f));
        Assert.True((covariance - covariance.diagonal().diag()).abs().max().ToSingle() < 2e-3);
    }

    [Fact]
    public void The_directions_that_are_kept_are_the_strongest()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var few = new PatchWhitening(3, 16);
        using var all = new PatchWhitening(3, 54);
        var images = Smooth(3);
        few.Measure(images);
        all.Measure(images);
        // Kernels are longer the weaker their direction is.
        float[] Lengths(PatchWhitening layer, int count) =>
            [.. layer.named_parameters().Single(p => p.name == "kernels").parameter.narrow(0, 0, count).flatten(1).norm(1).data<float>().Order()];
        Assert.Equal(Lengths(all, 27).Take(8), Lengths(few, 8), (a, b) => Math.Abs(a - b) < 1e-3 * a);
    }

    [Fact]
    public void Images_of_one_color_give_nothing_that_is_not_finite()
    {
        using var scope = NewDisposeScope();
        using var layer = new PatchWhitening(3, 32);
        var images = ones(4, 3, Side, Side);
        layer.Measure(images);
        Assert.True(layer.forward(images).isfinite().all().ToBoolean());
    }

    [Fact]
    public void Only_the_shift_is_learned_and_images_get_a_gradient()
    {
        using var scope = NewDisposeScope();
        using var network = new HashNetwork(BackboneNetwork.SmallResNet(3, 16), bits: 8, classHeadSize: 0);
        using var generator = new Generator(1, CPU);
        Initialization.Apply(network, generator);
        var images = Smooth(3);
        network.Measure(() => images);
        var leaf = images.narrow(0, 0, 8).detach().requires_grad_(true);
        network.call(leaf).Code.square().sum().backward();
        var layer = network.named_parameters().Where(p => p.name.StartsWith("backbone.", StringComparison.Ordinal)).Take(2).ToArray();
        Assert.False(layer[0].parameter.requires_grad);
        Assert.True(layer[1].parameter.grad!.abs().max().ToSingle() > 0);
        Assert.True(leaf.grad!.abs().max().ToSingle() > 0);
    }

    [Fact]
    public void More_outputs_than_patches_have_directions_and_odd_ones_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new PatchWhitening(1, 20));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PatchWhitening(3, 17));
        Assert.Equal([16, 32, 32, 16], new[] { (3, 16), (3, 32), (3, 64), (1, 64) }.Select(of => PatchWhitening.OutputsFor(of.Item1, of.Item2)));
    }
}
