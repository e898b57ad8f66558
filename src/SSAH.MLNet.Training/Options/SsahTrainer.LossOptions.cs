using System.ComponentModel.DataAnnotations;

namespace SSAH.MLNet;

public sealed partial class SsahTrainer
{
    /// <summary>What H-Net learns from labels; the losses of hard samples and unlabeled images weigh these again.</summary>
    public sealed class LossOptions
    {
        internal LossOptions()
        {
        }

        /// <summary>
        /// Weight of the supervised pairwise similarity loss, 0 to 1000. Default 3, which won on held-out images; one long training run of a pretrained
        /// backbone did better with 1.
        /// </summary>
        [Range(0.0, 1000)]
        public double SimilarityWeight { get; set; } = 3;

        /// <summary>How the similarity loss treats several labels per image. Default <see cref="LabelSimilarity.Cosine"/>.</summary>
        public LabelSimilarity LabelSimilarity { get; set; } = LabelSimilarity.Cosine;

        /// <summary>
        /// c of the pairwise similarity, 0.1 to 1000: the log-odds at complete agreement of two codes; for <see cref="LabelSimilarity.Cosine"/> the
        /// factor of the squared error. Default 12.
        /// </summary>
        [Range(0.1, 1000)]
        public double SimilarityScale { get; set; } = 12;

        /// <summary>Weight of the class head's loss, 0 to 1000; 0 trains without a class head. Default 1.</summary>
        [Range(0.0, 1000)]
        public double ClassificationWeight { get; set; } = 1;

        /// <summary>Weight of the quantization loss, 0 to 1000. Default 0.1.</summary>
        [Range(0.0, 1000)]
        public double QuantizationWeight { get; set; } = 0.1;

        /// <summary>
        /// With frozen features, what the class probabilities weigh in the code against the features, 0 to 1000: their variance as a multiple of the
        /// features', times the square of the share of labels that the teacher finds again where they are hidden (0.4 where none can be); where that is
        /// above 1 and there are more classes than half the bits, their number of bits as that multiple. Higher values help classes that have labels,
        /// lower ones those that have none. Default 2.
        /// </summary>
        [Range(0.0, 1000)]
        public double FrozenClassWeight { get; set; } = 2;

        internal LossOptions Copy() => (LossOptions)MemberwiseClone();
    }
}
