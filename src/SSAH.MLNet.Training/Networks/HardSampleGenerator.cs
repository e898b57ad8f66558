using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks;

/// <summary>How far a hard sample may go at the present difficulty.</summary>
/// <param name="Area">Largest occluded share of the image, 0 to 1.</param>
/// <param name="Angle">Largest rotation to either side, in radians.</param>
internal readonly record struct HardSampleLimits(double Area, double Angle);

/// <summary>Hard samples of a batch, and what was done to make them.</summary>
/// <param name="Images">[N, C, H, W]; carries the generator's gradient where the generator learns.</param>
/// <param name="Areas">[N]: occluded share of each, detached.</param>
/// <param name="Angles">[N]: absolute angle of each in degrees, detached.</param>
internal readonly record struct HardSamples(Tensor Images, Tensor Areas, Tensor Angles)
{
    /// <summary>Images as they are.</summary>
    public static HardSamples Unchanged(Tensor images)
    {
        var nothing = zeros(images.shape[0], device: images.device);
        return new(images, nothing, nothing);
    }

    /// <summary>Those of <paramref name="other"/> where <paramref name="theirs"/> is true, else these.</summary>
    /// <param name="theirs">[N].</param>
    /// <param name="other">As many hard samples of the same size.</param>
    public HardSamples Or(Tensor theirs, HardSamples other) => new(
        where(theirs.view(-1, 1, 1, 1), other.Images, Images), where(theirs, other.Areas, Areas), where(theirs, other.Angles, Angles));
}

/// <summary>The two transformations of A-Net and of its random control.</summary>
/// <param name="Scales">Cells a side of each occlusion grid; empty switches occlusion off.</param>
/// <param name="Rotates">Whether images are rotated.</param>
internal sealed record HardSampleShape(IReadOnlyList<int> Scales, bool Rotates)
{
    /// <summary>Applies cell scores and unlimited angle activations, both bounded by <paramref name="limits"/>.</summary>
    /// <param name="images">[N, C, H, W], normalized.</param>
    /// <param name="scores">One [N, 1, s, s] tensor for each scale.</param>
    /// <param name="turn">[N], in (-1, 1): the share of the largest angle.</param>
    /// <param name="limits">Area and angle limits.</param>
    public HardSamples Warp(Tensor images, IReadOnlyList<Tensor> scores, Tensor? turn, HardSampleLimits limits)
    {
        var mask = Scales.Count == 0 ? null : OcclusionMask.FromScores(scores, images.shape[2], images.shape[3], limits.Area);
        var angles = Rotates ? turn! * limits.Angle : null;
        var nothing = zeros(images.shape[0], device: images.device);
        return new HardSamples(
            HardSampleWarp.Apply(images, angles, mask),
            mask is null ? nothing : mask.detach().mean([1, 2, 3]),
            angles is null ? nothing : angles.detach().abs() * (180 / Math.PI));
    }
}

/// <summary>The control of every ablation: occluders and angles drawn at random, over the same grids, areas and range.</summary>
internal sealed class RandomHardSamples(HardSampleShape shape, Generator generator) : IDisposable
{
    /// <summary>Hard samples that the hardest of an image is taken from.</summary>
    public const int Candidates = 8;

    /// <inheritdoc/>
    public void Dispose() => generator.Dispose();

    /// <summary>Makes hard samples that carry no gradient.</summary>
    public HardSamples Make(Tensor images, HardSampleLimits limits)
    {
        long n = images.shape[0];
        var scores = shape.Scales.Select(s => randn(n, 1, s, s, device: images.device, generator: generator)).ToArray();
        var turn = shape.Rotates ? rand(n, device: images.device, generator: generator) * 2 - 1 : null;
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
