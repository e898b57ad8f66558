using System.ComponentModel.DataAnnotations;
using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training;

namespace SSAH.MLNet;

public sealed partial class SsahTrainer
{
    /// <summary>
    /// All settings of training: the common ones are here, the rest in groups (<c>Optimization = { LearningRate = 0.03 }</c>). The defaults train
    /// full SSAH; <see cref="SsahTrainer"/> copies them and never changes them.
    /// </summary>
    public sealed class Options
    {
        /// <summary>
        /// Name of the code column that the encoder adds; its activations are in <c>OutputColumnName + "Activation"</c>. Default <c>HashCode</c>.
        /// </summary>
        [Required]
        public string OutputColumnName { get; set; } = "HashCode";

        /// <summary>Pixel column that ExtractPixels makes: <c>Single</c> or <c>Byte</c>, planar or interleaved, 0 to 255. Default <c>Pixels</c>.</summary>
        [Required]
        public string InputColumnName { get; set; } = "Pixels";

        /// <summary>
        /// Label column: a key, a vector of keys, or a vector of Single or Boolean; missing labels mark unlabeled rows. Default <c>Label</c>.
        /// </summary>
        [Required]
        public string LabelColumnName { get; set; } = "Label";

        /// <summary>Code length in bits, 1 to 512. Default 48.</summary>
        [Range(1, 512)]
        public int Bits { get; set; } = 48;

        /// <summary>
        /// The network that turns images into features: <see cref="Backbone.Auto"/> (default), <see cref="Backbone.SmallResNet"/>,
        /// <see cref="Backbone.ResNet18FromScratch"/>, or a pretrained one: <see cref="Backbone.ResNet18"/>, <see cref="Backbone.FromOnnx"/>.
        /// </summary>
        [Required]
        public Backbone Backbone { get; set; } = Backbone.Auto;

        /// <summary>
        /// Column of features (<c>Vector&lt;Single&gt;</c> of known size) to learn from in place of images, as another network made them; null
        /// (default) where there are images. The encoder then takes this column. Of the other options only those count that
        /// <see cref="Backbone.Frozen"/> names.
        /// </summary>
        public string? FeatureColumnName { get; set; }

        /// <summary>
        /// Folder where the features of a frozen network are kept by the content of the images, so that each is computed once, and by path, length and
        /// time of image files, so that a second training reads none; null keeps none. Default: a folder of the user's local application data.
        /// </summary>
        public string? FeatureCacheFolder { get; set; } = Features.FeatureCache.DefaultFolder;

        /// <summary>
        /// Megabytes of pixels that are held in memory, at least 0 (an image takes channels x height x width bytes); what is more lies in mapped
        /// files among the system's temporary ones, which are gone
        /// when the training ends. The log says before rows are read what they will take, where the data view knows their number. Default 2000.
        /// </summary>
        [Range(0, int.MaxValue)]
        public int PixelMemoryMegabytes { get; set; } = 2000;

        /// <summary>Seed; null takes one from the <c>MLContext</c>, which is reproducible for <c>new MLContext(seed)</c>.</summary>
        public int? Seed { get; set; }

        /// <summary>Where to train. Default <see cref="TrainingDevice.Auto"/>: the context's GPU where it names one, else the CPU.</summary>
        public TrainingDevice Device { get; set; } = TrainingDevice.Auto;

        /// <summary>Number type of the convolutions. Default <see cref="TrainingPrecision.Auto"/>.</summary>
        public TrainingPrecision Precision { get; set; } = TrainingPrecision.Auto;

        /// <summary>H-steps between two reports to <see cref="MetricsCallback"/> (and two validations), at least 1. Default 50.</summary>
        [Range(1, int.MaxValue)]
        public int ReportEverySteps { get; set; } = 50;

        /// <summary>Called on the training thread with the means since the last report. An exception that it throws ends training.</summary>
        public Action<SsahTrainingMetrics>? MetricsCallback { get; set; }

        /// <summary>
        /// Called on the training thread with hard samples of up to eight labeled images, of different classes, at the start, after each quarter of the
        /// training and at its end: what <c>TrainingReport.Stages</c> shows. With a frozen network it is called for each stored view. The training is the
        /// same with it as without, but for the time that it takes of a <see cref="StoppingOptions.TimeBudget"/>; where there are no hard samples it is
        /// called for a frozen network's mirror images at most.
        /// </summary>
        public Action<HardSampleStage>? HardSampleCallback { get; set; }

        /// <summary>
        /// A checkpoint to go on from, or a folder of checkpoints (<see cref="CheckpointOptions.Folder"/>) to go on from the last one of; data and
        /// options must be those that it was written with, but for
        /// when to stop and what to report. On a CPU the codes are then those of a training that was never interrupted, to the bit. Null (default) begins anew.
        /// </summary>
        public string? ResumeFrom { get; set; }

        /// <summary>
        /// A checkpoint, or a folder of checkpoints, whose weights a new training begins with; bits, labels and data may be others, and what then
        /// does not fit begins anew. Null (default) takes none.
        /// </summary>
        public string? WarmStart { get; set; }

        /// <summary>What is written to disk while training runs.</summary>
        public CheckpointOptions Checkpoint { get; private set; } = new();

        /// <summary>When training ends.</summary>
        public StoppingOptions Stopping { get; private set; } = new();

        /// <summary>Labeled rows that are kept out of training to choose the best encoder by.</summary>
        public ValidationOptions Validation { get; private set; } = new();

        /// <summary>Learning rates and batch sizes of H-Net.</summary>
        public OptimizationOptions Optimization { get; private set; } = new();

        /// <summary>What H-Net learns from labels.</summary>
        public LossOptions Losses { get; private set; } = new();

        /// <summary>Hard samples: where they come from and how hard they are.</summary>
        public HardSampleOptions HardSamples { get; private set; } = new();

        /// <summary>What H-Net learns from unlabeled images.</summary>
        public ConsistencyOptions Consistency { get; private set; } = new();

        /// <summary>Random changes of every training image.</summary>
        public AugmentationOptions Augmentation { get; private set; } = new();

        internal Options Copy()
        {
            var copy = (Options)MemberwiseClone();
            (copy.Stopping, copy.Validation, copy.Optimization, copy.Losses) = (Stopping.Copy(), Validation.Copy(), Optimization.Copy(), Losses.Copy());
            (copy.HardSamples, copy.Consistency, copy.Augmentation, copy.Checkpoint) = (HardSamples.Copy(), Consistency.Copy(), Augmentation.Copy(),
                Checkpoint.Copy());
            return copy;
        }
    }
}
