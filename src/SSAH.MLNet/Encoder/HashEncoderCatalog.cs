using SSAH.MLNet;

namespace Microsoft.ML;

/// <summary>Pipeline steps of SSAH.MLNet that need no training.</summary>
public static class HashEncoderCatalog
{
    /// <summary>Adds the codes of a hash model that came as an ONNX file.</summary>
    /// <param name="catalog">The transforms of the context; its <c>GpuDeviceId</c> and <c>FallbackToCpu</c> are honored.</param>
    /// <param name="onnxPath">Path of a file that <see cref="HashEncoder.SaveOnnx"/> or the trainer wrote.</param>
    /// <param name="outputColumnName">Name of the column of packed codes; the activations' column has this name with <c>Activation</c> after
    /// it.</param>
    /// <param name="inputColumnName">Name of the column of images.</param>
    /// <param name="options">How to run the network; null takes the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not an ONNX model, or the model is not a hash model.</exception>
    public static HashEncoderEstimator ApplyHashEncoder(
        this TransformsCatalog catalog,
        string onnxPath,
        string outputColumnName = "HashCode",
        string inputColumnName = "Pixels",
        HashEncodingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrWhiteSpace(onnxPath);
        byte[] onnx = File.ReadAllBytes(onnxPath);
        try
        {
            var encoder = new HashEncoder(MLNetInternals.GetEnvironment(catalog), onnx, outputColumnName, inputColumnName, options);
            return new HashEncoderEstimator(encoder);
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException($"'{onnxPath}': {error.Message}", error);
        }
    }
}
