using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Onnx.Wire;

namespace SSAH.MLNet;

/// <summary>What a hash model's file says of itself, checked against <see cref="HashModelContract"/>.</summary>
/// <param name="Shape">Size of the images it takes; of a model that takes F features F x 1 x 1.</param>
/// <param name="TakesFeatures">Whether it takes features in place of images.</param>
/// <param name="Bits">Code length in bits.</param>
/// <param name="Metadata">All metadata entries.</param>
internal sealed record HashModelDescription(PixelShape Shape, bool TakesFeatures, int Bits, IReadOnlyDictionary<string, string> Metadata)
{
    // An image of 1 GiB is not an image but a damaged or hostile shape, whatever the limits say.
    private const long MaxPixels = 1 << 28;
    private const int MaxOutputWidth = 1 << 20;

    /// <summary>What tells the model apart from all others: <c>sha256:</c> and the hash of its file, up to the checksum at its end, in hexadecimal
    /// digits.</summary>
    public required string Id { get; init; }

    /// <summary>How an image of another size becomes one of <see cref="Shape"/>.</summary>
    public required ImageResizing Resizing { get; init; }

    /// <summary>Number of features that it gives beside the code, 0 if it gives none.</summary>
    public int FeatureCount { get; private init; }

    /// <summary>Number of classes whose probabilities it gives beside the code, 0 if it gives none.</summary>
    public int ClassCount { get; private init; }

    /// <summary>Name of the network's input.</summary>
    public string InputName => TakesFeatures ? HashModelContract.FeatureInput : HashModelContract.PixelInput;

    /// <summary>Dimensions of the network's input for a number of rows.</summary>
    public long[] InputDimensions(int rows) => TakesFeatures ? [rows, Shape.Size] : [rows, Shape.Channels, Shape.Height, Shape.Width];

    public int BytesPerCode => (Bits + 7) / 8;

    public string Method => Metadata.GetValueOrDefault(HashModelContract.MethodKey, "");

    /// <summary>Reads and checks the description of an opened model.</summary>
    /// <param name="session">The opened model.</param>
    /// <param name="metadata">Its metadata.</param>
    /// <param name="hash">The hash of its file.</param>
    /// <param name="limits">What it may be.</param>
    /// <exception cref="DamagedFileException">The model is not a hash model, or contradicts itself.</exception>
    public static HashModelDescription Of(InferenceSession session, Dictionary<string, string> metadata, string hash, ReadingLimits limits)
    {
        if (!metadata.TryGetValue(HashModelContract.VersionKey, out string? version))
            throw new DamagedFileException(
                $"This ONNX file is not a hash model: it has no metadata entry '{HashModelContract.VersionKey}'. Train one with "
                + "mlContext.Transforms.SsahHash (package SSAH.MLNet.Training) and save it with HashEncoder.SaveOnnx; any other network runs with "
                + "mlContext.Transforms.ApplyOnnxModel (package Microsoft.ML.OnnxTransformer).");
        if (version is not (HashModelContract.Version or HashModelContract.FirstVersion))
            throw new DamagedFileException($"The hash model is written in version '{version}' of its format, this library reads versions "
                + $"{HashModelContract.FirstVersion} and {HashModelContract.Version}: take a newer SSAH.MLNet.");
        int bits = BitsOf(metadata, Math.Min(limits.MaxBits, BinaryCodes.MaxBits));
        bool takesFeatures = session.InputMetadata.ContainsKey(HashModelContract.FeatureInput);
        PixelShape shape = takesFeatures ? FeaturesOf(session.InputMetadata, limits) : ShapeOf(session.InputMetadata, limits);
        RequireOutput(session.OutputMetadata, HashModelContract.CodeOutput, TensorElementType.UInt8, (bits + 7) / 8);
        RequireOutput(session.OutputMetadata, HashModelContract.ActivationOutput, TensorElementType.Float, bits);
        return new HashModelDescription(shape, takesFeatures, bits, metadata.AsReadOnly())
        {
            Resizing = ResizingOf(metadata, version),
            Id = $"sha256:{hash}",
            FeatureCount = WidthOf(session.OutputMetadata, HashModelContract.FeatureOutput),
            ClassCount = WidthOf(session.OutputMetadata, HashModelContract.ProbabilityOutput),
        };
    }

    /// <summary>The metadata entries of a model's file, but for its checksum.</summary>
    /// <exception cref="DamagedFileException">There are two of one name.</exception>
    public static Dictionary<string, string> MetadataOf(ModelProto model)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (StringStringEntryProto entry in model.MetadataProps)
            if (!metadata.TryAdd(entry.Key, entry.Value))
                throw new DamagedFileException($"The hash model has two metadata entries '{entry.Key}': it is damaged.");
        metadata.Remove(HashModelContract.ChecksumKey);
        return metadata;
    }

    // Version 1 says nothing of it. In a file of version 2 without checksum it may have been cut off.
    private static ImageResizing ResizingOf(Dictionary<string, string> metadata, string version) =>
        metadata.GetValueOrDefault(HashModelContract.ResizingKey, version == HashModelContract.FirstVersion ? HashModelContract.CoverResizing : "") switch
        {
            HashModelContract.CoverResizing => ImageResizing.Cover,
            HashModelContract.StretchResizing => ImageResizing.Stretch,
            "" => throw new DamagedFileException($"The hash model has no metadata entry '{HashModelContract.ResizingKey}': was it cut off?"),
            var other => throw new DamagedFileException($"The hash model's metadata entry '{HashModelContract.ResizingKey}' is '{other}', this library knows "
                + $"'{HashModelContract.CoverResizing}' and '{HashModelContract.StretchResizing}' only: take a newer SSAH.MLNet."),
        };

    private static int BitsOf(Dictionary<string, string> metadata, int most)
    {
        string text = metadata.GetValueOrDefault(HashModelContract.BitsKey, "");
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int bits) || bits < 1 || bits > most)
            throw new DamagedFileException(
                $"The hash model's metadata entry '{HashModelContract.BitsKey}' is '{text}', not a code length from 1 to {most}.");
        return bits;
    }

    private static PixelShape ShapeOf(IReadOnlyDictionary<string, NodeMetadata> inputs, ReadingLimits limits)
    {
        if (inputs.Count != 1 || !inputs.TryGetValue(HashModelContract.PixelInput, out NodeMetadata? input))
            throw new DamagedFileException(
                $"A hash model has one input '{HashModelContract.PixelInput}'; this one has: {string.Join(", ", inputs.Keys)}.");
        if (!input.IsTensor || input.ElementDataType != TensorElementType.Float
            || input.Dimensions is not [-1, int channels and (1 or 3), > 0 and int height, > 0 and int width]
            || (long)channels * height > Math.Min(limits.MaxPixels, MaxPixels) / width)
            throw new DamagedFileException(
                $"The hash model's input '{HashModelContract.PixelInput}' is {Describe(input)}, not Float[N, 3 or 1, height, width].");
        return new PixelShape(channels, height, width);
    }

    private static PixelShape FeaturesOf(IReadOnlyDictionary<string, NodeMetadata> inputs, ReadingLimits limits)
    {
        NodeMetadata input = inputs[HashModelContract.FeatureInput];
        if (inputs.Count != 1 || !input.IsTensor || input.ElementDataType != TensorElementType.Float
            || input.Dimensions is not [-1, > 0 and int features] || features > Math.Min(limits.MaxPixels, MaxPixels))
            throw new DamagedFileException($"The hash model's input '{HashModelContract.FeatureInput}' is {Describe(input)}, not Float[N, features] alone.");
        return new PixelShape(features, 1, 1);
    }

    private static void RequireOutput(IReadOnlyDictionary<string, NodeMetadata> outputs, string name, TensorElementType type, int width)
    {
        if (!outputs.TryGetValue(name, out NodeMetadata? output))
            throw new DamagedFileException($"The hash model has no output '{name}'; it has: {string.Join(", ", outputs.Keys)}.");
        if (!output.IsTensor || output.ElementDataType != type || output.Dimensions is not [-1, int actual] || actual != width)
            throw new DamagedFileException($"The hash model's output '{name}' is {Describe(output)}, not {type}[N, {width}] as its "
                + $"'{HashModelContract.BitsKey}' says.");
    }

    // Of an output that a model may have.
    private static int WidthOf(IReadOnlyDictionary<string, NodeMetadata> outputs, string name)
    {
        if (!outputs.TryGetValue(name, out NodeMetadata? output))
            return 0;
        return output.IsTensor && output.ElementDataType == TensorElementType.Float && output.Dimensions is [-1, > 0 and <= MaxOutputWidth and int width]
            ? width
            : throw new DamagedFileException($"The hash model's output '{name}' is {Describe(output)}, not Float[N, 1 to {MaxOutputWidth}].");
    }

    private static string Describe(NodeMetadata node) => node.IsTensor
        ? $"{node.ElementDataType}[{string.Join(", ", node.Dimensions.Select(size => size < 0 ? "N" : size.ToString(CultureInfo.InvariantCulture)))}]"
        : $"{node.OnnxValueType}";
}
