using SSAH.MLNet;

namespace Microsoft.ML;

/// <summary>Adds hashing without labels to ML.NET's catalog of transforms.</summary>
public static class ItqHashCatalog
{
    /// <summary>Learns binary codes of features without labels (PCA-ITQ).</summary>
    /// <param name="catalog"><c>mlContext.Transforms</c>.</param>
    /// <param name="outputColumnName">Code column to add: <c>Vector&lt;Byte, ceil(bits/8)&gt;</c>; activations go to this name + "Activation".</param>
    /// <param name="inputColumnName">Column of features, <c>Vector&lt;Single&gt;</c> of known size.</param>
    /// <param name="bits">Code length.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static IEstimator<HashEncoder> ItqHash(this TransformsCatalog catalog, string outputColumnName = "HashCode",
        string inputColumnName = "Features", int bits = 64) =>
        catalog.ItqHash(new ItqHashOptions { OutputColumnName = outputColumnName, InputColumnName = inputColumnName, Bits = bits });

    /// <summary>Learns binary codes of images without labels, from the features of a pretrained network, which becomes part of the encoder.</summary>
    /// <param name="catalog"><c>mlContext.Transforms</c>.</param>
    /// <param name="network">The network, such as <see cref="PretrainedNetwork.ResNet18"/>.</param>
    /// <param name="outputColumnName">Code column to add.</param>
    /// <param name="inputColumnName">Column of images, 0 to 255.</param>
    /// <param name="bits">Code length.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static IEstimator<HashEncoder> ItqHash(
        this TransformsCatalog catalog, PretrainedNetwork network, string outputColumnName = "HashCode", string inputColumnName = "Pixels", int bits = 64)
    {
        ArgumentNullException.ThrowIfNull(network);
        return catalog.ItqHash(new ItqHashOptions { Network = network, OutputColumnName = outputColumnName, InputColumnName = inputColumnName, Bits = bits });
    }

    /// <summary>Learns binary codes without labels, with everything that can be set.</summary>
    /// <param name="catalog"><c>mlContext.Transforms</c>.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static IEstimator<HashEncoder> ItqHash(this TransformsCatalog catalog, ItqHashOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new ItqHashEstimator(MLNetInternals.GetEnvironment(catalog), options);
    }
}
