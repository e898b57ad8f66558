using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Method;

/// <summary>Scores of cells on several grids, combined into one binary occlusion mask of limited area.</summary>
/// <remarks>From the paper: multi-scale occlusion. Reconstructed: everything here.</remarks>
internal static class OcclusionMask
{
    /// <summary>
    /// Adds the grids up at the image's size, each weighted by the size of its cells, and occludes where the sum is positive and among the highest
    /// <paramref name="area"/> share: large blocks with ragged edges. With equal weights the finest grid would strew specks over the image, which is
    /// noise rather than occlusion. The result is exactly 0 or 1; its gradient is that of a sigmoid around the threshold (straight-through).
    /// </summary>
    /// <param name="scores">One tensor per scale: [N, 1, cells, cells].</param>
    /// <param name="height">Height of the mask in pixels.</param>
    /// <param name="width">Width of the mask in pixels.</param>
    /// <param name="area">Largest occluded share of the image, 0 to 1.</param>
    public static Tensor FromScores(IReadOnlyList<Tensor> scores, long height, long width, double area)
    {
        double coarsest = scores.Min(s => s.shape[2]);
        var sum = scores.Select(s => nn.functional.interpolate(s.Times(coarsest / s.shape[2]), [height, width], mode: InterpolationMode.Nearest))
            .Aggregate((a, b) => a.Plus(b));
        var threshold = Threshold(sum.detach(), area);
        var margin = sum - threshold;
        var soft = margin.sigmoid();
        var hard = margin.detach().IsPositive().to(sum.dtype);
        return hard.Plus(soft) - soft.detach();
    }

    // The score that at most the given share of pixels exceeds, and never below zero: the network may also ask for less.
    private static Tensor Threshold(Tensor sum, double area)
    {
        var flat = sum.flatten(1);                                                                  // [N, H*W]
        long allowed = (long)(area * flat.shape[1]);
        if (allowed >= flat.shape[1])
            return zeros(flat.shape[0], 1, 1, 1, dtype: sum.dtype, device: sum.device);
        var (values, _) = flat.topk((int)allowed + 1, 1);
        return values.select(1, allowed).AtLeast(0).view(-1, 1, 1, 1);
    }
}
