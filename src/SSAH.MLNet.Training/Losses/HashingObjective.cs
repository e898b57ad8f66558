using SSAH.MLNet.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Losses;

/// <summary>Codes with known labels that other codes are compared with. Detach them where they must not move.</summary>
/// <param name="Codes">[M, K].</param>
/// <param name="Targets">[M, classes]: 0/1, or the probability of each.</param>
internal readonly record struct Anchors(Tensor Codes, Tensor Targets);

/// <summary>The hashing loss of single images with given labels: what H-Net minimises and what A-Net's difficulty d is made from.</summary>
internal sealed class HashingObjective(double similarityWeight, double similarityScale, double classificationWeight, bool multiLabel, LabelSimilarity labelSimilarity)
{
    /// <summary>Pairwise similarity loss of each row, before its weight: [N].</summary>
    /// <param name="codes">[N, K].</param>
    /// <param name="targets">[N, classes]: 0/1, or the probability of each. A row has the labels that it more likely has than not.</param>
    /// <param name="anchors">Codes to compare with.</param>
    /// <param name="skipSelf">Whether row i and anchor i are the same image.</param>
    public Tensor Similarity(Tensor codes, Tensor targets, Anchors anchors, bool skipSelf)
    {
        // Not the product of probabilities: many small ones would add up to a label that nobody has.
        var (own, others) = (Likely(targets), Likely(anchors.Targets));                             // [N, classes], [M, classes]
        var shared = own.matmul(others.t());                                                        // [N, M]
        var valid = ones_like(shared);
        if (skipSelf)
            valid.diagonal().fill_(0);
        if (!multiLabel || labelSimilarity == LabelSimilarity.AnyShared)
            return SimilarityLoss.PerRow(codes, anchors.Codes, shared.gt(0).to(ScalarType.Float32), valid, similarityScale);
        var cosines = shared / (own.sum(1).unsqueeze(1) * others.sum(1)).clamp_min(1).sqrt();
        return GradedSimilarityLoss.PerRow(codes, anchors.Codes, cosines, valid, similarityScale);
    }

    /// <summary>Class head's loss of each row, before its weight: [N]; zeros where there is no class head.</summary>
    public Tensor Classification(HashOutput output, Tensor targets) => output.Logits is { } logits
        ? ClassificationLoss.PerRow(logits, targets, multiLabel)
        : zeros(output.Code.shape[0], device: output.Code.device);

    /// <summary>Sum of the weights of both losses: divided by it, a loss is a difficulty d, whose size does not depend on how the losses are weighed.</summary>
    public double TotalWeight => similarityWeight + classificationWeight;

    /// <summary>The weighted sum of both for each row: [N].</summary>
    public Tensor PerRow(HashOutput output, Tensor targets, Anchors anchors) =>
        similarityWeight * Similarity(output.Code, targets, anchors, skipSelf: false) + classificationWeight * Classification(output, targets);

    private static Tensor Likely(Tensor targets) => targets.gt(0.5).to(ScalarType.Float32);
}
