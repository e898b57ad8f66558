using SSAH.MLNet.Training.Workarounds;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Method;

/// <summary>How far a hard sample may go at the present difficulty.</summary>
/// <param name="Area">Largest occluded share of the image, 0 to 1.</param>
/// <param name="Angle">Largest rotation to either side, in radians.</param>
internal readonly record struct HardSampleLimits(double Area, double Angle);

/// <summary>The two transformations of A-Net and of its random control.</summary>
/// <param name="Scales">Cells per side of each occlusion grid; empty switches occlusion off.</param>
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
        var angles = Rotates ? turn!.Times(limits.Angle) : null;
        var nothing = zeros(images.shape[0], device: images.device);
        return new HardSamples(
            HardSampleWarp.Apply(images, angles, mask),
            mask is null ? nothing : mask.detach().mean([1, 2, 3]),
            angles is null ? nothing : angles.detach().abs().Times(180 / Math.PI));
    }
}
