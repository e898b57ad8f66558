using System.ComponentModel.DataAnnotations;

namespace SSAH.MLNet;

public sealed partial class SsahTrainer
{
    /// <summary>How H-Net is optimized: SGD with Nesterov momentum 0.9.</summary>
    public sealed class OptimizationOptions
    {
        internal OptimizationOptions()
        {
        }

        /// <summary>Labeled images per step, 2 to 4096. Default 64.</summary>
        [Range(2, 4096)]
        public int LabeledBatchSize { get; set; } = 64;

        /// <summary>Peak learning rate of H-Net, 0.000001 to 10. Default 0.05.</summary>
        [Range(1e-6, 10)]
        public double LearningRate { get; set; } = 0.05;

        /// <summary>
        /// Learning rate of the backbone as a share of <see cref="LearningRate"/>, 0 to 10; null (default) is 0.3 for a pretrained backbone, 1 for others.
        /// 0 freezes it with its normalizations; with <see cref="HardSampleSource.None"/> features are then computed once, without augmentation, and kept.
        /// </summary>
        [Range(0.0, 10)]
        public double? BackboneLearningRateFactor { get; set; }

        /// <summary>How the learning rates change over training, A-Net's too. Default <see cref="LearningRateSchedule.Cosine"/>.</summary>
        public LearningRateSchedule Schedule { get; set; } = LearningRateSchedule.Cosine;

        /// <summary>Share of the training over which the learning rates rise from 0, 0 to 0.5. Default 0.05.</summary>
        [Range(0, 0.5)]
        public double WarmUp { get; set; } = 0.05;

        /// <summary>Weight decay of H-Net's weight matrices, 0 to 1. Default 0.0005.</summary>
        [Range(0.0, 1)]
        public double WeightDecay { get; set; } = 5e-4;

        internal OptimizationOptions Copy() => (OptimizationOptions)MemberwiseClone();
    }
}
