using Microsoft.ML;

namespace SSAH.MLNet;

/// <summary>A pipeline step that applies a hash model made before. There is nothing to learn: <see cref="Fit"/> checks the columns and hands the
/// encoder over.</summary>
internal sealed class HashEncoderEstimator : IEstimator<HashEncoder>
{
    private readonly HashEncoder _encoder;

    internal HashEncoderEstimator(HashEncoder encoder) => _encoder = encoder;

    /// <summary>Checks that the rows hold images of the network's size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The pixel column is missing, of the wrong type or of another size than the network
    /// takes.</exception>
    public HashEncoder Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _ = _encoder.GetOutputSchema(input.Schema);
        return _encoder;
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return HashSchema.Extend(inputSchema, _encoder.InputColumnName, _encoder.OutputColumnName);
    }
}
