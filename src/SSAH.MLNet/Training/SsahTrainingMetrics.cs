namespace SSAH.MLNet;

/// <summary>Means over the steps since the last report. Losses are before their weights; a loss that is switched off is 0.</summary>
public sealed record SsahTrainingMetrics
{
    /// <summary>H-steps so far.</summary>
    public required int Step { get; init; }

    /// <summary>Passes so far over the labeled or the unlabeled rows, whichever take more steps.</summary>
    public required double Epoch { get; init; }

    /// <summary>Share of the training that is done, 0 to 1, by whichever limit comes first.</summary>
    public required double Progress { get; init; }

    /// <summary>Training time so far.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Learning rate of H-Net's head at the next step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Weighted sum of all losses.</summary>
    public required double TotalLoss { get; init; }

    /// <summary>Supervised pairwise similarity loss.</summary>
    public required double SimilarityLoss { get; init; }

    /// <summary>Class head's loss on labeled images.</summary>
    public required double ClassificationLoss { get; init; }

    /// <summary>Quantization loss, (|u|-1)^2.</summary>
    public required double QuantizationLoss { get; init; }

    /// <summary>Similarity and class loss of labeled hard samples.</summary>
    public required double AdversarialLoss { get; init; }

    /// <summary>Consistent loss of unlabeled images, before its ramp.</summary>
    public required double ConsistentLoss { get; init; }

    /// <summary>d(x~): mean difficulty of labeled hard samples, the mean of their similarity and class loss by the weights of the two.</summary>
    public required double HardDifficulty { get; init; }

    /// <summary>d(x): the same of the images that they were made from.</summary>
    public required double EasyDifficulty { get; init; }

    /// <summary>mu: margin between the two that A-Net aims at.</summary>
    public required double Margin { get; init; }

    /// <summary>Difficulty level of the self-paced policy, 0 to 1.</summary>
    public required double Level { get; init; }

    /// <summary>Mean occluded share of the hard samples.</summary>
    public required double OccludedArea { get; init; }

    /// <summary>Mean absolute rotation of the hard samples, in degrees.</summary>
    public required double MeanAngleDegrees { get; init; }

    /// <summary>Labeled images seen since the last report.</summary>
    public required int LabeledImages { get; init; }

    /// <summary>Unlabeled images seen since the last report.</summary>
    public required int UnlabeledImages { get; init; }

    /// <summary>Share of those unlabeled images that the teacher was sure enough of to learn from, 0 to 1.</summary>
    public required double ConfidentShare { get; init; }

    /// <summary>Mean of each bit over the labeled images, 0 to 1; 0.5 is balanced.</summary>
    public required IReadOnlyList<double> BitMeans { get; init; }

    /// <summary>Mean |u|, 0 to 1.</summary>
    public required double MeanAbsoluteActivation { get; init; }

    /// <summary>Images (labeled and unlabeled, each counted once per step) a second.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>
    /// Tie-averaged mAP of each validation row's search among the other validation rows, none of which was trained on; null if nothing was
    /// validated.
    /// </summary>
    public double? ValidationMap { get; init; }

    /// <summary>
    /// Tie-averaged NDCG@100 of the same searches, by the number of shared labels; null if images have one label or nothing was validated.
    /// </summary>
    public double? ValidationNdcg { get; init; }
}
