using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks;

/// <summary>How far a hard sample may go at the present difficulty.</summary>
/// <param name="Area">Largest occluded share of the image, 0 to 1.</param>
/// <param name="Angle">Largest rotation to either side, in radians.</param>
internal readonly record struct HardSampleLimits(double Area, double Angle);

/// <summary>Hard samples of a batch, and what was done to make them.</summary>
/// <param name="Images">[N, C, H, W]; carries the generator's gradient where the generator learns.</param>
/// <param name="MeanArea">Mean occluded share.</param>
/// <param name="MeanAngle">Mean absolute angle in degrees.</param>
internal readonly record struct HardSamples(Tensor Images, double MeanArea, double MeanAngle);

/// <summary>The two transformations of A-Net and of its random control.</summary>
/// <param name="Scales">Cells a side of each occlusion grid; empty switches occlusion off.</param>
/// <param name="Rotates">Whether images are rotated.</param>
internal sealed record HardSampleShape(IReadOnlyList<int> Scales, bool Rotates)
{
    /// <summary>Applies cell scores and unlimited angle activations, both bounded by <paramref name="limits"/>.</summary>
    /// <param name="images">[N, C, H, W], normalised.</param>
    /// <param name="scores">One [N, 1, s, s] tensor for each scale.</param>
    /// <param name="turn">[N], in (-1, 1): the share of the largest angle.</param>
    /// <param name="limits">Area and angle limits.</param>
    public HardSamples Warp(Tensor images, IReadOnlyList<Tensor> scores, Tensor? turn, HardSampleLimits limits)
    {
        var mask = Scales.Count == 0 ? null : OcclusionMask.FromScores(scores, images.shape[2], images.shape[3], limits.Area);
        var angles = Rotates ? turn! * limits.Angle : null;
        return new HardSamples(
            HardSampleWarp.Apply(images, angles, mask),
            mask is null ? 0 : mask.detach().mean().ToDouble(),
            angles is null ? 0 : angles.detach().abs().mean().ToDouble() * 180 / Math.PI);
    }
}

/// <summary>The control of every ablation: occluders and angles drawn at random, over the same grids, areas and range.</summary>
internal sealed class RandomHardSamples(HardSampleShape shape, Generator generator) : IDisposable
{
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
}
