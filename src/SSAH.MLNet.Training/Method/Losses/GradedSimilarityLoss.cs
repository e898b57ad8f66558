using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Method;

/// <summary>
/// For images that are similar by degrees: c times the mean over pairs of (u_i . u_j / K - s)^2. The agreement of two codes, which is 1 - 2 (Hamming
/// distance) / K once they are bits, becomes the degree of similarity itself.
/// </summary>
/// <remarks>
/// The squared error of agreements is KSH's (Liu et al. 2012); for degrees, the cosines of label vectors, Zhang et al. 2018 (arXiv:1803.02987) use
/// it. Reconstructed: that strangers (s = 0) agree in half of their bits, which codes can do for all pairs at once, the cosines being a Gram matrix;
/// that all pairs weigh the same; and the factor c, which is <see cref="SimilarityLoss"/>'s for want of a better one.
/// </remarks>
internal static class GradedSimilarityLoss
{
    /// <summary>Loss of each row against a set of anchor codes.</summary>
    /// <param name="codes">u, [N, K].</param>
    /// <param name="anchors">Codes to compare with, [M, K].</param>
    /// <param name="degrees">s, [N, M], 0 to 1.</param>
    /// <param name="valid">[N, M]: 1 for the pairs that count, else 0.</param>
    /// <param name="scale">c.</param>
    /// <returns>[N]; 0 for a row without pairs that count.</returns>
    public static Tensor PerRow(Tensor codes, Tensor anchors, Tensor degrees, Tensor valid, double scale)
    {
        var agreements = codes.matmul(anchors.t()).Over(codes.shape[1]);                                // [N, M]
        return ((agreements - degrees).Square() * valid).sum(1).Times(scale) / valid.sum(1).AtLeast(1);
    }
}
