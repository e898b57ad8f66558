using CsCheck;
using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Method;

public sealed class OcclusionMaskTests
{
    [Fact]
    public void Is_binary_and_never_larger_than_allowed() => Gen.Select(Gen.Double[0, 1], Gen.Int[0, 1000]).Sample((area, seed) =>
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed, CPU);
        var scores = new[] { 4, 8, 16 }.Select(s => randn(5, 1, s, s, generator: generator)).ToArray();
        var mask = OcclusionMask.FromScores(scores, 32, 32, area);
        Assert.Equal([5, 1, 32, 32], mask.shape);
        Assert.True(((mask - mask.round()).abs().max() < 1e-6f).ToBoolean());
        Assert.All(mask.mean([1, 2, 3]).data<float>().ToArray(), share => Assert.InRange(share, 0, area + 1e-6));
    }, iter: 50);

    [Fact]
    public void Occludes_the_highest_scores_first()
    {
        using var scope = NewDisposeScope();
        var scores = tensor(new float[] { 4, 3, 2, 1 }, [1, 1, 2, 2]);
        Assert.Equal([1, 0, 0, 0], OcclusionMask.FromScores([scores], 2, 2, 0.3).round().data<float>().ToArray());
        Assert.Equal([1, 1, 0, 0], OcclusionMask.FromScores([scores], 2, 2, 0.5).round().data<float>().ToArray());
    }

    [Fact]
    public void Fine_cells_do_not_tear_a_coarse_one_apart() => Gen.Int[0, 1000].Sample(seed =>
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed, CPU);
        var coarse = tensor(new float[] { 1, 0.1f, 0.1f, 0.1f }, [1, 1, 2, 2]);
        var fine = rand(1, 1, 8, 8, generator: generator) * 2 - 1;
        var mask = OcclusionMask.FromScores([coarse, fine], 16, 16, 0.25);
        Assert.Equal(1, mask.narrow(2, 0, 8).narrow(3, 0, 8).mean().ToSingle(), 1e-6f);
        Assert.Equal(0.25, mask.mean().ToSingle(), 1e-6f);
    }, iter: 20);

    [Fact]
    public void Negative_scores_and_no_area_give_the_empty_mask()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(0, OcclusionMask.FromScores([full(2, 1, 4, 4, -1f)], 8, 8, 0.5).abs().max().ToSingle(), 1e-6f);
        Assert.Equal(0, OcclusionMask.FromScores([ones(2, 1, 4, 4)], 8, 8, 0).abs().max().ToSingle(), 1e-6f);
    }

    [Fact]
    public void The_gradient_is_that_of_a_sigmoid_around_the_threshold()
    {
        using var scope = NewDisposeScope();
        var scores = tensor(new float[] { 1, 0.5f, -0.5f, -1 }, [1, 1, 2, 2], requires_grad: true);
        OcclusionMask.FromScores([scores], 2, 2, 0.5).sum().backward();
        float[] gradient = scores.grad!.data<float>().ToArray();
        double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
        double[] margins = [1, 0.5, -0.5, -1];                     // The third score is negative, so the threshold is 0.
        for (int i = 0; i < 4; i++)
            Assert.Equal(Sigmoid(margins[i]) * (1 - Sigmoid(margins[i])), gradient[i], 1e-5);
    }
}
