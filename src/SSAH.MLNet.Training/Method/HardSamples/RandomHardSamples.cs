using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Method;

/// <summary>The control of every ablation: occluders and angles drawn at random, over the same grids, areas and range.</summary>
internal sealed class RandomHardSamples(HardSampleShape shape, NoiseSource noise)
{
    /// <summary>Hard samples that the hardest of an image is taken from.</summary>
    public const int Candidates = 8;

    /// <summary>Makes hard samples that carry no gradient.</summary>
    public HardSamples Make(Tensor images, HardSampleLimits limits)
    {
        long n = images.shape[0];
        var scores = shape.Scales.Select(s => noise.Normal(n, 1, s, s)).ToArray();
        var turn = shape.Rotates ? noise.Uniform(n).Times(2).Minus(1) : null;
        return shape.Warp(images, scores, turn, limits);
    }

    /// <summary>Makes several hard samples of each image and keeps the hardest.</summary>
    /// <param name="images">[N, C, H, W], normalized.</param>
    /// <param name="limits">Area and angle limits.</param>
    /// <param name="difficulty">d of each hard sample of the N images: [N].</param>
    public HardSamples MakeHardest(Tensor images, HardSampleLimits limits, Func<Tensor, Tensor> difficulty)
    {
        using var _ = no_grad();
        var hardest = Make(images, limits);
        var worst = difficulty(hardest.Images);
        for (int i = 1; i < Candidates; i++)
        {
            using var scope = NewDisposeScope();
            var next = Make(images, limits);
            var theirs = difficulty(next.Images);
            hardest = hardest.Or(theirs.gt(worst), next);
            worst = maximum(worst, theirs);
            foreach (var kept in new[] { hardest.Images, hardest.Areas, hardest.Angles, worst })
                kept.MoveToOuterDisposeScope();
        }
        return hardest;
    }
}
