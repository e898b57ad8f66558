using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Method;

/// <summary>
/// Weighted pairwise likelihood of similarity: softplus(theta) - s * theta with theta = (c / K) u_i . u_j, balanced between similar and dissimilar pairs.
/// </summary>
/// <remarks>
/// The pairwise likelihood is DPSH's (Li et al. 2016), the weighting HashNet's (Cao et al. 2017); reconstructed: that the paper's similarity loss has this
/// form, and balancing within each row, which makes the loss of one image independent of the others' labels and so usable as its difficulty.
/// </remarks>
internal static class SimilarityLoss
{
    /// <summary>Loss of each row against a set of anchor codes.</summary>
    /// <param name="codes">u, [N, K].</param>
    /// <param name="anchors">Codes to compare with, [M, K].</param>
    /// <param name="similar">s, [N, M]: 1 where the pair shares a label, else 0.</param>
    /// <param name="valid">[N, M]: 1 for the pairs that count, else 0 (a row against itself, an anchor without label).</param>
    /// <param name="scale">c: theta at complete agreement.</param>
    /// <returns>[N]: the mean over similar pairs and the mean over dissimilar pairs, averaged; a kind of pair that is absent is left out.</returns>
    public static Tensor PerRow(Tensor codes, Tensor anchors, Tensor similar, Tensor valid, double scale)
    {
        var theta = codes.matmul(anchors.t()).Times(scale / codes.shape[1]);                           // [N, M]
        // softplus(theta); TorchSharp's softplus makes scalars on the way.
        var loss = -nn.functional.logsigmoid(-theta) - similar * theta;
        var (positives, hasPositives) = MeanWhere(loss, valid * similar);
        var (negatives, hasNegatives) = MeanWhere(loss, valid * similar.SubtractedFrom(1));
        return positives.Plus(negatives) / hasPositives.Plus(hasNegatives).AtLeast(1);
    }

    private static (Tensor Mean, Tensor Present) MeanWhere(Tensor loss, Tensor weight)
    {
        var count = weight.sum(1);
        return ((loss * weight).sum(1) / count.AtLeast(1), count.IsPositive().to(loss.dtype));
    }
}
