namespace SSAH.MLNet;

/// <summary>Where hard samples come from.</summary>
public enum HardSampleSource
{
    /// <summary>No hard samples: H-Net alone.</summary>
    None,

    /// <summary>Occluders and angles drawn at random, the control of the method.</summary>
    Random,

    /// <summary>Occluders and angles chosen by the adversarial network A-Net.</summary>
    Adversarial,

    /// <summary>
    /// Of eight random hard samples of each image the one that is hardest for H-Net: brute force in A-Net's place, to learn what harder samples would
    /// bring. Takes several times as long.
    /// </summary>
    HardestRandom,

    /// <summary>
    /// What won in docs/results.md: <see cref="Random"/> where a network is trained, since A-Net gains nothing over it; of a frozen network's stored views
    /// the hardest, a search that costs nothing.
    /// </summary>
    Auto,
}

/// <summary>
/// What the similarity loss asks of two images' codes where the label column holds sets of labels. A column of one label per row is as
/// <see cref="AnyShared"/> in either case.
/// </summary>
public enum LabelSimilarity
{
    /// <summary>
    /// Agree as their labels do: u_i . u_j / K is to be the cosine of the label vectors (squared error; Zhang et al. 2018,
    /// arXiv:1803.02987, after KSH, Liu et al. 2012). The more labels are shared, the closer the codes; if none is, half of the bits agree.
    /// </summary>
    Cosine,

    /// <summary>Be close if any label is shared, and apart if none is (the pairwise likelihood of images with one label).</summary>
    AnyShared,
}

/// <summary>How the learning rates change over training.</summary>
public enum LearningRateSchedule
{
    /// <summary>Falls to 0 along half a cosine.</summary>
    Cosine,

    /// <summary>Stays at its peak.</summary>
    Constant,
}

/// <summary>Where to train.</summary>
public enum TrainingDevice
{
    /// <summary>The GPU that <c>MLContext.GpuDeviceId</c> names, else the CPU.</summary>
    Auto,

    /// <summary>The CPU.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU: the context's <c>GpuDeviceId</c>, or 0.</summary>
    Cuda,
}

/// <summary>Number type of the convolutions in training; weights, statistics and losses are always float32.</summary>
public enum TrainingPrecision
{
    /// <summary>bfloat16 where the processor is faster with it (AVX512-BF16 on AMD, AMX on Intel), else float32.</summary>
    Auto,

    /// <summary>float32.</summary>
    Float32,

    /// <summary>bfloat16; slow on processors without it.</summary>
    BFloat16,
}

/// <summary>What a canceled <c>Fit</c> does.</summary>
public enum CancellationBehavior
{
    /// <summary>Throws <see cref="OperationCanceledException"/>; nothing is kept.</summary>
    Throw,

    /// <summary>Returns the best encoder so far: the best validated one, or the latest where nothing was validated.</summary>
    KeepBest,
}

/// <summary>What a loss that is not a finite number does.</summary>
public enum DivergenceBehavior
{
    /// <summary>Throws <see cref="TrainingDivergedException"/>; checkpoints are kept.</summary>
    Throw,

    /// <summary>
    /// Goes back to the last checkpoint and on with half the learning rates, three times at most; <c>HashEncoder.TrainingSummary</c> warns of each.
    /// Needs <see cref="SsahTrainer.CheckpointOptions.Folder"/>.
    /// </summary>
    HalveLearningRate,
}
