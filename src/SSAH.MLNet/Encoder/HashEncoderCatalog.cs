using SSAH.MLNet;
using SSAH.MLNet.Hashing;

namespace Microsoft.ML;

/// <summary>Hash encoders as steps of a pipeline: added from a file, and taken out of a fitted or loaded model.</summary>
public static partial class HashEncoderCatalog
{
    /// <summary>Adds the codes of a hash model that came as an ONNX file.</summary>
    /// <param name="catalog">The transforms of the context; its <c>GpuDeviceId</c> and <c>FallbackToCpu</c> are honored.</param>
    /// <param name="onnxPath">Path of a file that <see cref="HashEncoder.SaveOnnx"/> or the trainer wrote.</param>
    /// <param name="outputColumnName">Name of the column of packed codes; the activations' column has this name with <c>Activation</c> after
    /// it.</param>
    /// <param name="inputColumnName">Name of the column of images.</param>
    /// <param name="options">How to run the network; null takes the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DamagedFileException">The file is not an ONNX model, or the model is not a hash model.</exception>
    public static IEstimator<HashEncoder> ApplyHashEncoder(
        this TransformsCatalog catalog,
        string onnxPath,
        string outputColumnName = "HashCode",
        string inputColumnName = "Pixels",
        HashEncodingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrWhiteSpace(onnxPath);
        return new HashEncoderEstimator(HashEncoder.LoadOnnx(
            MLNetInternals.GetEnvironment(catalog), onnxPath, outputColumnName, inputColumnName, options, ReadingLimits.Trusted));
    }

    /// <summary>
    /// The encoder in a pipeline, without the steps around it. A pipeline that begins with <c>MapValueToKey("Label")</c> asks for a label column in
    /// every view that it transforms; the encoder alone does not. (<c>SsahHash</c> takes labels as text, so that new pipelines need no such step.)
    /// </summary>
    /// <param name="model">A transformer as <c>Fit</c> or <c>Model.Load</c> gives it. The encoder is part of it and is not copied.</param>
    /// <exception cref="ArgumentException">There is no encoder in it, or more than one.</exception>
    public static HashEncoder GetHashEncoder(this ITransformer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        HashEncoder[] encoders = [.. EncodersOf(model)];
        return encoders.Length == 1
            ? encoders[0]
            : throw new ArgumentException($"The model has {encoders.Length} hash encoders, not one: take it out of the chain by hand.", nameof(model));
    }

    private static IEnumerable<HashEncoder> EncodersOf(ITransformer model) => model switch
    {
        HashEncoder encoder => [encoder],
        IEnumerable<ITransformer> chain => chain.SelectMany(EncodersOf),
        _ => [],
    };
}
