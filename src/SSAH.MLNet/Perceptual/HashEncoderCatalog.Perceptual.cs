using SSAH.MLNet;

namespace Microsoft.ML;

public static partial class HashEncoderCatalog
{
    /// <summary>Adds the perceptual hash of images: for finding copies, not images of the same kind. There is nothing to learn.</summary>
    /// <param name="catalog"><c>mlContext.Transforms</c>.</param>
    /// <param name="kind">Kind of hash.</param>
    /// <param name="bits">Code length, 64 or 256.</param>
    /// <param name="outputColumnName">Code column to add; activations go to this name + "Activation".</param>
    /// <param name="inputColumnName">Column of images: ML.NET's of any size, or pixels of <see cref="HashEncoder.InputShape"/> as
    /// <c>LoadImageFolder(path, encoder)</c> reads them.</param>
    /// <param name="options">How to run it; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such kind or code length.</exception>
    /// <exception cref="InvalidOperationException">ONNX Runtime's native library is missing.</exception>
    public static IEstimator<HashEncoder> PerceptualHash(
        this TransformsCatalog catalog, PerceptualHashKind kind = PerceptualHashKind.Dct, int bits = 64, string outputColumnName = "HashCode",
        string inputColumnName = "Pixels",
        HashEncodingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new HashEncoderEstimator(HashEncoder.OfPerceptualHash(MLNetInternals.GetEnvironment(catalog), kind, bits, outputColumnName,
            inputColumnName, options));
    }
}
