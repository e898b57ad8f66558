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
}

/// <summary>How similar two images with several labels are to the similarity loss. With one label an image both mean: 1 with the same label, else 0.</summary>
public enum LabelSimilarity
{
    /// <summary>The cosine of their label vectors (Zhang et al. 2018, arXiv:1803.02987): the more labels they share, the closer their codes.</summary>
    Cosine,

    /// <summary>1 where they share any label, else 0.</summary>
    AnyShared,
}

/// <summary>Course of the learning rates.</summary>
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

/// <summary>What a cancelled <c>Fit</c> does.</summary>
public enum CancellationBehavior
{
    /// <summary>Throws <see cref="OperationCanceledException"/>; nothing is kept.</summary>
    Throw,

    /// <summary>Returns the best encoder so far: the best validated one, or the latest where nothing was validated.</summary>
    KeepBest,
}
