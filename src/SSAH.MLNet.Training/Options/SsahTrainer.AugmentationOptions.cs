using System.ComponentModel.DataAnnotations;

namespace SSAH.MLNet;

public sealed partial class SsahTrainer
{
    /// <summary>Random changes of every training image; those of the unlabeled images that a hard sample is made from are twice as large.</summary>
    public sealed class AugmentationOptions
    {
        internal AugmentationOptions()
        {
        }

        /// <summary>Shift of the training images as a share of their size, 0 to 0.5. Default 0.125 (4 of 32 pixels).</summary>
        [Range(0, 0.5)]
        public double CropShift { get; set; } = 0.125;

        /// <summary>Whether training images are mirrored at random; switch it off where left and right mean something. Default true.</summary>
        public bool HorizontalFlip { get; set; } = true;

        /// <summary>
        /// Whether the activations of an image are the mean of its own and those of its mirror image, so that both have one code: two points of mAP from
        /// scratch (docs/results.md), for twice the time of encoding. Only where <see cref="HorizontalFlip"/> is true; features of a
        /// network that is frozen are taken as they are. A model with it cannot be read as a backbone again.
        /// Default true.
        /// </summary>
        public bool MirrorAverage { get; set; } = true;

        /// <summary>Largest change of contrast (relative) and of brightness (in standard deviations of the pixels), 0 to 0.9. Default 0.2.</summary>
        [Range(0, 0.9)]
        public double ColorJitter { get; set; } = 0.2;

        internal AugmentationOptions Copy() => (AugmentationOptions)MemberwiseClone();
    }
}
