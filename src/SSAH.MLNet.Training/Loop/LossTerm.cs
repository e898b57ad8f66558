namespace SSAH.MLNet;

/// <summary>The terms of H-Net's loss.</summary>
internal enum LossTerm
{
    /// <summary>Pairwise similarity of labeled images.</summary>
    Similarity,

    /// <summary>Class head on labeled images.</summary>
    Classification,

    /// <summary>Distance of the activations from bits.</summary>
    Quantization,

    /// <summary>Similarity and class loss of labeled hard samples.</summary>
    Adversarial,

    /// <summary>Consistent loss of unlabeled images.</summary>
    Consistent,
}
