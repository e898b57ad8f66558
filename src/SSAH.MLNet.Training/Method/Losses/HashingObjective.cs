using SSAH.MLNet.Training.Networks;
using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Method;

/// <summary>Codes with known labels that other codes are compared with. Detach them where they must not move.</summary>
/// <param name="Codes">[M, K].</param>
/// <param name="Targets">[M, classes]: probabilities of their labels, 0 or 1 where these are known.</param>
internal readonly record struct Anchors(Tensor Codes, Tensor Targets);

/// <summary>The hashing loss of single images with given labels: what H-Net minimizes and what A-Net's difficulty d is made from.</summary>
internal sealed class HashingObjective(double similarityWeight, double similarityScale, double classificationWeight, bool multiLabel,
    LabelSimilarity labelSimilarity)
{
    /// <summary>Pairwise similarity loss of each row, before its weight: [N].</summary>
    /// <param name="codes">[N, K].</param>
    /// <param name="targets">[N, classes]: probabilities of their labels, 0 or 1 where these are known.</param>
    /// <param name="anchors">Codes to compare with.</param>
    /// <param name="skipSelf">Whether row i and anchor i are the same image.</param>
    public Tensor Similarity(Tensor codes, Tensor targets, Anchors anchors, bool skipSelf)
    {
        // An error squared is least at the expectation, so degrees take labels with their probabilities; a yes or no takes those that are likely.
        bool byDegree = multiLabel && labelSimilarity == LabelSimilarity.Cosine;
        var (own, others) = byDegree ? (targets, anchors.Targets) : (targets.round(), anchors.Targets.round());
        var shared = own.matmul(others.t());                                                        // [N, M]
        var valid = ones_like(shared);
        if (skipSelf)
            valid.diagonal().zero_();
        return byDegree
            ? GradedSimilarityLoss.PerRow(codes, anchors.Codes, shared / (own.sum(1).unsqueeze(1) * others.sum(1)).AtLeast(1).sqrt(), valid, similarityScale)
            : SimilarityLoss.PerRow(codes, anchors.Codes, shared.IsPositive().to(ScalarType.Float32), valid, similarityScale);
    }

    /// <summary>
    /// Class head's loss of each row, likely labels taken for certain, before its weight: [N]; zeros if there is no class head. Only the labels
    /// that are <paramref name="known"/> count; null: all.
    /// </summary>
    public Tensor Classification(HashOutput output, Tensor targets, Tensor? known = null) => output.Logits is { } logits
        ? ClassificationLoss.PerRow(logits, targets.round(), multiLabel, known)
        : zeros(output.Code.shape[0], device: output.Code.device);

    /// <summary>
    /// Sum of the weights of both losses: divided by it, a loss is a difficulty d, whose size does not depend on how the losses are weighted.
    /// </summary>
    public double TotalWeight => similarityWeight + classificationWeight;

    /// <summary>The weighted sum of both for each row: [N]. The class head counts only the labels that are <paramref name="known"/>; null: all.</summary>
    public Tensor PerRow(HashOutput output, Tensor targets, Tensor? known, Anchors anchors) =>
        Similarity(output.Code, targets, anchors,
            skipSelf: false).Times(similarityWeight).Plus(Classification(output, targets, known).Times(classificationWeight));
}
