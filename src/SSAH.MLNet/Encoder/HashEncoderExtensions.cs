using SSAH.MLNet;

namespace Microsoft.ML;

/// <summary>Finds the encoder in a fitted or loaded pipeline.</summary>
public static class HashEncoderExtensions
{
    /// <summary>
    /// The encoder in a pipeline, without the steps around it. A pipeline that begins with <c>MapValueToKey("Label")</c> asks for a label column in every view that it transforms; the encoder
    /// alone does not. (<c>SsahHash</c> takes labels as text, so that new pipelines need no such step.)
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
