using SSAH.MLNet.Training;

namespace SSAH.MLNet;

public sealed partial class SsahTrainer
{
    /// <summary>Everything that can be set about training. The defaults train full SSAH; <see cref="SsahTrainer"/> copies them and never changes them.</summary>
    public sealed class Options
    {
        /// <summary>Name of the code column that the encoder adds; its activations are in <c>OutputColumnName + "Activation"</c>. Default <c>HashCode</c>.</summary>
        public string OutputColumnName { get; set; } = "HashCode";

        /// <summary>Pixel column that ExtractPixels makes: <c>Single</c> or <c>Byte</c>, planar or interleaved, 0 to 255. Default <c>Pixels</c>.</summary>
        public string InputColumnName { get; set; } = "Pixels";

        /// <summary>Label column: a key, a vector of keys, or a vector of Single or Boolean; missing labels mark unlabeled rows. Default <c>Label</c>.</summary>
        public string LabelColumnName { get; set; } = "Label";

        /// <summary>Code length in bits, 1 to 512. Default 48.</summary>
        public int Bits { get; set; } = 48;

        /// <summary>
        /// The network that turns images into features: <see cref="Backbone.Auto"/> (default), <see cref="Backbone.SmallResNet"/>,
        /// <see cref="Backbone.ResNet18"/>, or a pretrained one from <see cref="Backbone.FromOnnx"/>.
        /// </summary>
        public Backbone Backbone { get; set; } = Backbone.Auto;

        /// <summary>
        /// Learning rate of the backbone as a share of <see cref="LearningRate"/>, 0 to 10; null (default) is 0.3 for a pretrained backbone, 1 for others.
        /// 0 freezes it with its normalizations; with <see cref="HardSamples"/> = <see cref="HardSampleSource.None"/> features are then computed once, without augmentation, and kept.
        /// </summary>
        public double? BackboneLearningRateFactor { get; set; }

        /// <summary>Passes over the labeled or the unlabeled rows, whichever take more steps. Default 20 where no other limit is given, else no limit.</summary>
        public int? Epochs { get; set; }

        /// <summary>Largest number of H-steps. Default: no limit.</summary>
        public int? MaxSteps { get; set; }

        /// <summary>Longest training time; the learning-rate schedule follows whichever limit comes first. Default: no limit.</summary>
        public TimeSpan? TimeBudget { get; set; }

        /// <summary>Labeled images a step, 2 to 4096. Default 64.</summary>
        public int LabeledBatchSize { get; set; } = 64;

        /// <summary>Unlabeled images a step, 0 or 2 to 16384; only used while <see cref="ConsistentWeight"/> is above 0. Default 192.</summary>
        public int UnlabeledBatchSize { get; set; } = 192;

        /// <summary>Peak learning rate of H-Net (SGD with Nesterov momentum 0.9). Default 0.05.</summary>
        public double LearningRate { get; set; } = 0.05;

        /// <summary>Learning rate of A-Net (Adam). Default 0.001.</summary>
        public double AdversaryLearningRate { get; set; } = 0.001;

        /// <summary>Course of both learning rates over the training. Default <see cref="LearningRateSchedule.Cosine"/>.</summary>
        public LearningRateSchedule Schedule { get; set; } = LearningRateSchedule.Cosine;

        /// <summary>Share of the training over which the learning rate rises from 0, 0 to 0.5. Default 0.05.</summary>
        public double WarmUp { get; set; } = 0.05;

        /// <summary>Weight decay of H-Net's weight matrices. Default 5e-4.</summary>
        public double WeightDecay { get; set; } = 5e-4;

        /// <summary>Weight of the supervised pairwise similarity loss. Default 3, which won on held-out images; one long training of a pretrained backbone did better with 1.</summary>
        public double SimilarityWeight { get; set; } = 3;

        /// <summary>What the similarity loss makes of several labels an image. Default <see cref="LabelSimilarity.Cosine"/>.</summary>
        public LabelSimilarity LabelSimilarity { get; set; } = LabelSimilarity.Cosine;

        /// <summary>c of the pairwise similarity: the log-odds at complete agreement of two codes; for <see cref="LabelSimilarity.Cosine"/> the factor of the squared error. Default 12.</summary>
        public double SimilarityScale { get; set; } = 12;

        /// <summary>Weight of the class head's loss; 0 trains without a class head. Default 1.</summary>
        public double ClassificationWeight { get; set; } = 1;

        /// <summary>Weight of the quantization loss. Default 0.1.</summary>
        public double QuantizationWeight { get; set; } = 0.1;

        /// <summary>Weight of the similarity and class losses of labeled hard samples. Default 0.5.</summary>
        public double AdversarialWeight { get; set; } = 0.5;

        /// <summary>Largest weight of the consistent loss on unlabeled images; 0 ignores them. Default 1; less where the teacher is often wrong, as with few labeled images of several labels each (0.3 in docs/results.md).</summary>
        public double ConsistentWeight { get; set; } = 1;

        /// <summary>Share of the training over which the consistent loss ramps up, 0 to 1. Default 0.1.</summary>
        public double ConsistentRamp { get; set; } = 0.1;

        /// <summary>
        /// Confidence that the teacher must have in an unlabeled image's easy view before the image is learned from, 0 to 1: the probability of its class, or with several labels
        /// the mean of max(p, 1 - p); of these only the labels with as much confidence of their own are taught to the class head. Null (default) follows the teacher: its mean confidence,
        /// with one label less for classes that it seldom thinks of.
        /// </summary>
        public double? ConfidenceThreshold { get; set; }

        /// <summary>Decay of the moving average of H-Net that teaches and that is exported, 0 (H-Net itself) to below 1. Default 0.99.</summary>
        public double TeacherDecay { get; set; } = 0.99;

        /// <summary>Where hard samples come from. Default <see cref="HardSampleSource.Adversarial"/>, SSAH's A-Net; <see cref="HardSampleSource.Random"/> was as good in docs/results.md and a little faster.</summary>
        public HardSampleSource HardSamples { get; set; } = HardSampleSource.Adversarial;

        /// <summary>Cells a side of each occlusion grid; empty switches occlusion off. Default 4, 8, 16 and 32, as far as the images have two pixels a cell (32 cells: three).</summary>
        public IReadOnlyList<int>? OcclusionScales { get; set; }

        /// <summary>Largest occluded share of the image at the lowest difficulty. Default 0.03.</summary>
        public double MinOcclusionArea { get; set; } = 0.03;

        /// <summary>Largest occluded share of the image at the highest difficulty. Default 0.12.</summary>
        public double MaxOcclusionArea { get; set; } = 0.12;

        /// <summary>Largest rotation at the lowest difficulty, in degrees; never more than <see cref="MaxRotationDegrees"/>. Default 5.</summary>
        public double MinRotationDegrees { get; set; } = 5;

        /// <summary>Largest rotation at the highest difficulty, in degrees; 0 switches rotation off. Default 15. Images without an upright (from above, through a microscope): 180, as <see cref="MinRotationDegrees"/> too.</summary>
        public double MaxRotationDegrees { get; set; } = 15;

        /// <summary>
        /// Margin mu between a hard sample's difficulty and its image's at the lowest level. A difficulty is the mean of the similarity and the class loss, weighed by
        /// <see cref="SimilarityWeight"/> and <see cref="ClassificationWeight"/>. Default 0.025.
        /// </summary>
        public double MinMargin { get; set; } = 0.025;

        /// <summary>Margin mu at the highest level. Default 0.15.</summary>
        public double MaxMargin { get; set; } = 0.15;

        /// <summary>Share of the training in which the difficulty goes from lowest to highest when H-Net always copes, above 0 to 1. Default 0.8.</summary>
        public double FastestPacing { get; set; } = 0.8;

        /// <summary>
        /// H-Net copes with the present difficulty, which then rises, while the loss of its hard samples is at most this share of the loss that it began with, above 0 (1 and more
        /// ask nothing here), and exceeds that of their images by the present margin at most. Default 0.5.
        /// </summary>
        public double CopingShare { get; set; } = 0.5;

        /// <summary>A fixed difficulty from 0 to 1 in place of the self-paced one. Default null: self-paced.</summary>
        public double? FixedDifficulty { get; set; }

        /// <summary>Shift of the training images as a share of their size, 0 to 0.5. Default 0.125 (4 of 32 pixels).</summary>
        public double CropShift { get; set; } = 0.125;

        /// <summary>Whether training images are mirrored at random; switch it off where left and right mean something. Default true.</summary>
        public bool HorizontalFlip { get; set; } = true;

        /// <summary>Largest change of contrast (relative) and of brightness (in standard deviations of the pixels), 0 to 0.9. Default 0.2.</summary>
        public double ColorJitter { get; set; } = 0.2;

        /// <summary>Seed; null takes one from the <c>MLContext</c>, which is reproducible for <c>new MLContext(seed)</c>.</summary>
        public int? Seed { get; set; }

        /// <summary>Where to train. Default <see cref="TrainingDevice.Auto"/>: the context's GPU where it names one, else the CPU.</summary>
        public TrainingDevice Device { get; set; } = TrainingDevice.Auto;

        /// <summary>Number type of the convolutions. Default <see cref="TrainingPrecision.Auto"/>.</summary>
        public TrainingPrecision Precision { get; set; } = TrainingPrecision.Auto;

        /// <summary>
        /// Share of the labeled rows that is kept out of training to validate on, 0 to 0.95: each of them searches the others, and the encoder with the best mAP, or with
        /// several labels the best NDCG@100, is kept. Default 0: no validation.
        /// </summary>
        public double ValidationFraction { get; set; }

        /// <summary>Validations without a better figure after which training stops; null never stops early. Needs <see cref="ValidationFraction"/>.</summary>
        public int? EarlyStoppingPatience { get; set; }

        /// <summary>H-steps between two reports to <see cref="MetricsCallback"/> (and two validations). Default 50.</summary>
        public int ReportEverySteps { get; set; } = 50;

        /// <summary>Called on the training thread with the means since the last report. An exception that it throws ends training.</summary>
        public Action<SsahTrainingMetrics>? MetricsCallback { get; set; }

        /// <summary>Stops training between two steps.</summary>
        public CancellationToken CancellationToken { get; set; }

        /// <summary>What a canceled <c>Fit</c> does. Default <see cref="CancellationBehavior.Throw"/>.</summary>
        public CancellationBehavior OnCancel { get; set; } = CancellationBehavior.Throw;

        internal Options Copy()
        {
            var copy = (Options)MemberwiseClone();
            copy.OcclusionScales = OcclusionScales is null ? null : [.. OcclusionScales];
            return copy;
        }
    }
}
