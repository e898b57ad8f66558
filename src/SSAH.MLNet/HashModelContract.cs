namespace SSAH.MLNet;

/// <summary>What a hash model's ONNX file must look like; training writes it, <c>HashEncoder</c> reads it (docs/architecture.md).</summary>
internal static class HashModelContract
{
    /// <summary>Input: float [N, channels, height, width], RGB planes, 0 to 255 (normalization is inside the graph).</summary>
    public const string PixelInput = "Pixels";

    /// <summary>Input of a model that hashes features in place of images: float [N, features].</summary>
    public const string FeatureInput = "Features";

    /// <summary>Output: uint8 [N, ceil(bits/8)], least significant bit first, 1 where the activation is at or above zero.</summary>
    public const string CodeOutput = "HashCode";

    /// <summary>Output: float [N, bits], tanh activation in (-1, 1).</summary>
    public const string ActivationOutput = "HashCodeActivation";

    /// <summary>Output of some models: float [N, features], the network's features that the code is made of.</summary>
    public const string FeatureOutput = "ImageFeatures";

    /// <summary>Output of some models: float [N, classes], how likely an image has each class of <see cref="SummaryKey"/>.</summary>
    public const string ProbabilityOutput = "ClassProbabilities";

    /// <summary>Metadata key of the contract's version; its value is <see cref="Version"/>.</summary>
    public const string VersionKey = "ssah.contract";

    /// <summary>Version of the contract that this library writes.</summary>
    public const string Version = "2";

    /// <summary>The version before, which says nothing of how images are scaled; it is read as <see cref="CoverResizing"/>.</summary>
    public const string FirstVersion = "1";

    /// <summary>Metadata key of how an image of another size becomes one of the input's; since version 2.</summary>
    public const string ResizingKey = "ssah.resizing";

    /// <summary>
    /// Value of <see cref="ResizingKey"/>: upright, in sRGB, on white, scaled by antialiasing until it covers the input's size, both ends cut off
    /// evenly.
    /// </summary>
    public const string CoverResizing = "cover";

    /// <summary>
    /// Value of <see cref="ResizingKey"/>: the same, but the whole image is scaled to the input's size, each axis by its own factor. Libraries that
    /// do not know it refuse the model.
    /// </summary>
    public const string StretchResizing = "stretch";

    /// <summary>Metadata key of the SHA-256 of all bytes before the entry, which is the last of the file (<c>Onnx/HashModelChecksum</c>).</summary>
    public const string ChecksumKey = "ssah.sha256";

    /// <summary>Metadata key of the code length in bits, a decimal number from 1 to 4,096.</summary>
    public const string BitsKey = "ssah.bits";

    /// <summary>Metadata key of the method's name, shown as an annotation.</summary>
    public const string MethodKey = "ssah.method";

    /// <summary>Metadata key of the training options as JSON (for people, never parsed back).</summary>
    public const string OptionsKey = "ssah.options";

    /// <summary>Metadata key of the training summary as JSON: <see cref="HashTrainingSummary"/>.</summary>
    public const string SummaryKey = "ssah.summary";

    /// <summary>Metadata key of the training's reports as JSON: <see cref="HashTrainingSummary.History"/>.</summary>
    public const string HistoryKey = "ssah.history";

    /// <summary>Metadata key of what a pretrained backbone expects of its images, as JSON (it is part of the graph; this is for people).</summary>
    public const string PreprocessingKey = "ssah.preprocessing";

    /// <summary>Metadata key of the version of the library that wrote the file.</summary>
    public const string LibraryKey = "ssah.library";
}
