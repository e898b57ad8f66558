using System.ComponentModel.DataAnnotations;

namespace SSAH.MLNet;

public sealed partial class SsahTrainer
{
    /// <summary>What H-Net learns from unlabeled images: the codes and labels that a teacher, its own moving average, gives them.</summary>
    public sealed class ConsistencyOptions
    {
        internal ConsistencyOptions()
        {
        }

        /// <summary>
        /// Largest weight of the consistent loss on unlabeled images, 0 to 1000; 0 ignores them. Default 1; less where the teacher is often wrong, as
        /// with few labeled images of several labels each (0.3 in docs/results.md).
        /// </summary>
        [Range(0.0, 1000)]
        public double Weight { get; set; } = 1;

        /// <summary>Share of the training over which the consistent loss ramps up, 0 to 1. Default 0.1.</summary>
        [Range(0.0, 1)]
        public double Ramp { get; set; } = 0.1;

        /// <summary>Unlabeled images per step, 0 to 16384 but not 1; only used while <see cref="Weight"/> is above 0. Default 192.</summary>
        [Range(0, 16384)]
        public int UnlabeledBatchSize { get; set; } = 192;

        /// <summary>
        /// Confidence that the teacher must have in an unlabeled image's easy view before the image is learned from, 0 to 1: the probability of its
        /// class, or with several labels the mean of max(p, 1 - p); of these only the labels that are that certain themselves are taught to the
        /// class head. Null (default) follows the teacher: its mean confidence, lowered for classes that it seldom predicts where images have one label.
        /// </summary>
        [Range(0.0, 1)]
        public double? ConfidenceThreshold { get; set; }

        /// <summary>Decay of the moving average of H-Net that teaches and that is exported, 0 to 0.99999; 0 is H-Net itself. Default 0.99.</summary>
        [Range(0, 0.99999)]
        public double TeacherDecay { get; set; } = 0.99;

        internal ConsistencyOptions Copy() => (ConsistencyOptions)MemberwiseClone();
    }
}
