using System.ComponentModel.DataAnnotations;

namespace SSAH.MLNet;

public sealed partial class SsahTrainer
{
    /// <summary>Hard samples: where they come from, how hard they may be, and how their difficulty follows H-Net.</summary>
    public sealed class HardSampleOptions
    {
        internal HardSampleOptions()
        {
        }

        /// <summary>
        /// Where hard samples come from. Default <see cref="HardSampleSource.Auto"/>; the paper's A-Net is <see cref="HardSampleSource.Adversarial"/>.
        /// </summary>
        public HardSampleSource Source { get; set; } = HardSampleSource.Auto;

        /// <summary>Where those of a network that is trained come from.</summary>
        internal HardSampleSource TrainedSource => Source == HardSampleSource.Auto ? HardSampleSource.Random : Source;

        /// <summary>Whether of a frozen network's stored views the hardest is taken.</summary>
        internal bool TakesHardestView => Source is HardSampleSource.Auto or HardSampleSource.Adversarial or HardSampleSource.HardestRandom;

        /// <summary>Weight of the similarity and class losses of labeled hard samples, 0 to 1000. Default 0.5.</summary>
        [Range(0.0, 1000)]
        public double Weight { get; set; } = 0.5;

        /// <summary>Learning rate of A-Net (Adam), 0 to 1. Default 0.001.</summary>
        [Range(0.0, 1)]
        public double AdversaryLearningRate { get; set; } = 0.001;

        /// <summary>
        /// Cells per side of each occlusion grid, 1 to 256 each; empty switches occlusion off. Null (default) takes 4, 8, 16 and 32, as far as the
        /// images have two pixels per cell (32 cells: three).
        /// </summary>
        [Range(1, 256)]
        public IReadOnlyList<int>? OcclusionScales { get; set; }

        /// <summary>Largest occluded share of the image at the lowest difficulty, 0 to 0.9. Default 0.03.</summary>
        [Range(0, 0.9)]
        public double MinOcclusionArea { get; set; } = 0.03;

        /// <summary>
        /// Largest occluded share of the image at the highest difficulty, 0 to 0.9 and not below <see cref="MinOcclusionArea"/>. Default 0.12.
        /// </summary>
        [Range(0, 0.9)]
        public double MaxOcclusionArea { get; set; } = 0.12;

        /// <summary>Largest rotation at the lowest difficulty, 0 to 180 degrees; never more than <see cref="MaxRotationDegrees"/>. Default 5.</summary>
        [Range(0.0, 180)]
        public double MinRotationDegrees { get; set; } = 5;

        /// <summary>
        /// Largest rotation at the highest difficulty, 0 to 180 degrees; 0 switches rotation off. Default 15. Images that have no up or down (from above,
        /// through a microscope): 180, as <see cref="MinRotationDegrees"/> too.
        /// </summary>
        [Range(0.0, 180)]
        public double MaxRotationDegrees { get; set; } = 15;

        /// <summary>
        /// Margin mu between a hard sample's difficulty and its image's at the lowest level, 0 to 100. A difficulty is the mean of the similarity and
        /// the class loss, weighted by <see cref="LossOptions.SimilarityWeight"/> and <see cref="LossOptions.ClassificationWeight"/>. Default 0.025.
        /// </summary>
        [Range(0.0, 100)]
        public double MinMargin { get; set; } = 0.025;

        /// <summary>Margin mu at the highest level, 0 to 100 and not below <see cref="MinMargin"/>. Default 0.15.</summary>
        [Range(0.0, 100)]
        public double MaxMargin { get; set; } = 0.15;

        /// <summary>Share of the training in which the difficulty goes from lowest to highest when nothing holds it, 0.001 to 1. Default 0.8.</summary>
        [Range(0.001, 1)]
        public double FastestPacing { get; set; } = 0.8;

        /// <summary>
        /// The difficulty rises while the loss of hard samples is at most this share of the loss that training began with, 0.001 to 1000 (1 and more
        /// ask nothing here), and exceeds that of their images by the present margin at most. Default 0.5.
        /// </summary>
        [Range(0.001, 1000)]
        public double RisingLossShare { get; set; } = 0.5;

        /// <summary>A fixed difficulty from 0 to 1 in place of the self-paced one. Null (default) is self-paced.</summary>
        [Range(0.0, 1)]
        public double? FixedDifficulty { get; set; }

        /// <summary>
        /// Views of each image that a frozen network computes features of and keeps, beside those of the image, 0 to 16: first its mirror image (where
        /// <see cref="AugmentationOptions.HorizontalFlip"/> allows), then hard samples, turned and partly covered. The time of the features grows with
        /// them. With <see cref="HardSampleSource.None"/> there is the mirror image only; with <see cref="HardSampleSource.Random"/> the classifier takes
        /// any of each image's views, else the one that is hardest for it, which here is an exact search. Default 2.
        /// </summary>
        [Range(0, 16)]
        public int FrozenViews { get; set; } = 2;

        /// <summary>Largest angle by which stored hard samples of a frozen network are turned, 0 to 180 degrees. Default 30.</summary>
        [Range(0.0, 180)]
        public double FrozenRotationDegrees { get; set; } = 30;

        /// <summary>Largest share of the image that stored hard samples of a frozen network have covered, 0 to 0.9. Default 0.2.</summary>
        [Range(0, 0.9)]
        public double FrozenOcclusionArea { get; set; } = 0.2;

        internal HardSampleOptions Copy()
        {
            var copy = (HardSampleOptions)MemberwiseClone();
            copy.OcclusionScales = OcclusionScales is null ? null : [.. OcclusionScales];
            return copy;
        }
    }
}
