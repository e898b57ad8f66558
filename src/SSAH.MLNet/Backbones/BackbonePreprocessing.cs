namespace SSAH.MLNet;

/// <summary>Order of the colors that a backbone was trained on.</summary>
public enum ChannelOrder
{
    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>Blue, green, red (Caffe and OpenCV).</summary>
    Bgr,
}

/// <summary>
/// What a pretrained backbone expects of its images: value = (pixel - <see cref="Mean"/>) * <see cref="Scale"/>, pixels from 0 to 255. It becomes part
/// of the exported model, so that the encoder takes plain pixels, and stands in the model's metadata.
/// </summary>
public sealed record BackbonePreprocessing
{
    private const int LargestSide = 4096;

    /// <summary>
    /// Side in pixels, 1 to 4096, that images are resized to (bilinear) inside the model; null takes the size that the file fixes, else the size of the
    /// pixel column.
    /// </summary>
    public int? Side { get; init; }

    /// <summary>Order of the colors. Default <see cref="ChannelOrder.Rgb"/>.</summary>
    public ChannelOrder Order { get; init; } = ChannelOrder.Rgb;

    /// <summary>Mean of each channel in <see cref="Order"/>, in pixel units; one value stands for all channels. Default 0.</summary>
    public IReadOnlyList<float> Mean { get; init; } = [0];

    /// <summary>Factor of each channel in <see cref="Order"/>; one value stands for all channels. Default 1.</summary>
    public IReadOnlyList<float> Scale { get; init; } = [1];

    /// <summary>RGB from -1 to 1 (x / 127.5 - 1): MobileNet and Inception as TensorFlow trained them.</summary>
    public static BackbonePreprocessing MinusOneToOne { get; } = new() { Mean = [127.5f], Scale = [1 / 127.5f] };

    /// <summary>RGB with ImageNet's mean and deviation: the models of torchvision and timm.</summary>
    public static BackbonePreprocessing ImageNet { get; } = new()
    {
        Mean = [123.675f, 116.28f, 103.53f],
        Scale = [1 / 58.395f, 1 / 57.12f, 1 / 57.375f],
    };

    /// <summary>BGR minus (104, 117, 123): the models of Caffe.</summary>
    public static BackbonePreprocessing Caffe { get; } = new() { Order = ChannelOrder.Bgr, Mean = [104, 117, 123] };

    /// <summary>What is wrong with the settings, one sentence each.</summary>
    internal IEnumerable<string> Errors()
    {
        if (Side is <= 0 or > LargestSide)
            yield return $"The backbone's {nameof(Side)} is {Side}; it must lie from 1 to {LargestSide}.";
        foreach ((string name, IReadOnlyList<float> values) in new[] { (nameof(Mean), Mean), (nameof(Scale), Scale) })
            if (values.Count is not (1 or 3) || values.Any(value => !float.IsFinite(value)))
                yield return $"The backbone's {name} must be one finite number or three.";
        if (Scale.Contains(0))
            yield return $"The backbone's {nameof(Scale)} has a 0.";
    }

    internal float MeanOf(int channel) => Mean[Mean.Count == 1 ? 0 : channel];

    internal float ScaleOf(int channel) => Scale[Scale.Count == 1 ? 0 : channel];
}
