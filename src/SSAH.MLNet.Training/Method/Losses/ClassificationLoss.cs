using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Method;

/// <summary>
/// Loss of the class head that reads the code: cross-entropy with one label per row, the sum of the labels' binary cross-entropies with several.
/// </summary>
/// <remarks>
/// Reconstructed; a classification term on the code is DSDH's (Li et al. 2017) and GreedyHash's (Su et al. 2018). Both forms are the negative
/// log-likelihood of a row's labels; a mean over many labels would leave the similarity loss to decide alone.
/// </remarks>
internal static class ClassificationLoss
{
    /// <summary>Loss of each row.</summary>
    /// <param name="logits">[N, classes].</param>
    /// <param name="targets">[N, classes], 0 or 1.</param>
    /// <param name="multiLabel">Whether a row may have several labels.</param>
    /// <param name="known">[N, classes]: 1 for the labels that count, where a row may have several; null: all count.</param>
    /// <returns>[N].</returns>
    public static Tensor PerRow(Tensor logits, Tensor targets, bool multiLabel, Tensor? known = null)
    {
        if (!multiLabel)
            return -(targets * nn.functional.log_softmax(logits, 1)).sum(1);
        var each = nn.functional.binary_cross_entropy_with_logits(logits, targets, reduction: nn.Reduction.None);
        return (known is null ? each : each * known).sum(1);
    }
}
