using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Losses;

/// <summary>
/// Weighted pairwise likelihood of similarity: softplus(-theta) where a pair is similar and softplus(theta) where it is not, theta = (c / K) u_i . u_j, balanced
/// between the two. A pair that is similar by a degree s between 0 and 1 counts as a similar pair by s and as a dissimilar one by 1 - s.
/// </summary>
/// <remarks>
/// The pairwise likelihood is DPSH's (Li et al. 2016), the weighting HashNet's (Cao et al. 2017), the degree, where images have several labels, the cosine of their
/// label vectors (Zhang et al. 2018, arXiv:1803.02987). Reconstructed: that the paper's similarity loss has this form, and balancing within each row, which makes
/// the loss of one image independent of the others' labels and so usable as its difficulty.
/// </remarks>
internal static class SimilarityLoss
{
    /// <summary>Loss of each row against a set of anchor codes.</summary>
    /// <param name="codes">u, [N, K].</param>
    /// <param name="anchors">Codes to compare with, [M, K].</param>
    /// <param name="similar">s, [N, M], 0 to 1: 1 for equal labels, 0 where none is shared.</param>
    /// <param name="valid">[N, M]: 1 for the pairs that count, else 0 (a row against itself, an anchor without label).</param>
    /// <param name="scale">c: theta at complete agreement.</param>
    /// <returns>[N]: the means over similar and over dissimilar pairs, weighted by s and by 1 - s, averaged; a kind of pair that is absent is left out.</returns>
    public static Tensor PerRow(Tensor codes, Tensor anchors, Tensor similar, Tensor valid, double scale)
    {
        var theta = codes.matmul(anchors.t()) * (scale / codes.shape[1]);                           // [N, M]
        var apart = nn.functional.softplus(theta, 1, 20);                                           // of -theta it would be this less theta
        var (positives, hasPositives) = WeightedMean(apart - theta, valid * similar);
        var (negatives, hasNegatives) = WeightedMean(apart, valid * (1 - similar));
        return (positives + negatives) / (hasPositives + hasNegatives).clamp_min(1);
    }

    private static (Tensor Mean, Tensor Present) WeightedMean(Tensor loss, Tensor weight)
    {
        const double nothing = 1e-6; // far below the least degree of similarity that a set of labels can have
        var sum = weight.sum(1);
        return ((loss * weight).sum(1) / sum.clamp_min(nothing), sum.gt(0).to(loss.dtype));
    }
}
