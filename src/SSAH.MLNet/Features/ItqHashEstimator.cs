using Microsoft.ML;
using Microsoft.ML.Runtime;
using SSAH.MLNet.Features;

namespace SSAH.MLNet;

/// <summary>
/// Learns binary codes without labels, in seconds: iterative quantization (PCA-ITQ) of whitened features. Reach it as <c>mlContext.Transforms.ItqHash(...)</c>.
/// </summary>
/// <remarks>
/// PCA-ITQ: Gong and Lazebnik, "Iterative Quantization: A Procrustean Approach to Learning Binary Codes", CVPR 2011. Before it, features are
/// centered, brought to length 1 and whitened by the differences of near neighbors (<see cref="ItqHashOptions.Whitening"/>; reconstructed).
/// </remarks>
internal sealed class ItqHashEstimator : IEstimator<HashEncoder>
{
    /// <summary>Name of the method in the metadata of its models.</summary>
    public const string Method = "ITQ";

    // Codes of more images would take memory that few have a use for.
    private const int MostKnown = 10_000;

    private readonly IHost _host;
    private readonly ItqHashOptions _options;

    internal ItqHashEstimator(IHostEnvironment environment, ItqHashOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        _options = options with { };
        _host = environment.Register(nameof(ItqHashEstimator));
    }

    /// <summary>Learns from all rows of <paramref name="input"/>, which are read once; labels are not looked at.</summary>
    /// <param name="input">At least two rows with the column of features or of images.</param>
    /// <returns>The encoder.</returns>
    /// <exception cref="ArgumentException">A column is missing or has the wrong type; the message says what to do.</exception>
    /// <exception cref="InvalidOperationException">There are fewer than two rows, or all rows are equal.</exception>
    /// <exception cref="FileNotFoundException">The network's file does not exist; the message names the package to add.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public HashEncoder Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using IChannel channel = _host.Start("Learning");
        int seed = _options.Seed ?? _host.Rand.Next();
        using FeatureSource source = _options.Network is { } network
            ? FeatureSource.OfImages(input.Schema, _options.InputColumnName, network, _options.CacheFolder)
            : FeatureSource.OfFeatures(input.Schema, _options.InputColumnName);
        if (source.Doubt is { } doubt)
            channel.Warning(MessageSensitivity.None, doubt);
        FeatureMatrix features = source.Read(input, labels: null, rows => channel.Info(MessageSensitivity.None, $"{rows} rows read."),
            _options.CancellationToken).Features;
        HashHead head = UnsupervisedHead.Learn(features, _options.Bits, _options.Whitening, seed, _options.CancellationToken);
        channel.Info(MessageSensitivity.None, $"{_options.Bits} bits from {features.Rows} rows of {features.Columns} features; "
            + $"{source.Counts.Computed} images computed, {source.Counts.Kept} kept from before.");
        byte[] onnx = source.Network?.ToHashModel(head, Method) ?? head.ToHashModel(Method);
        return new HashEncoder(_host, onnx, _options.OutputColumnName, _options.InputColumnName, _options.Encoding)
        {
            Known = source.Network is null || features.Rows > MostKnown ? null : Known(head, features, source.Keys),
        };
    }

    // By the head as the encoder has it: only the network is spared.
    private KnownCodes Known(HashHead head, FeatureMatrix features, List<UInt128> keys)
    {
        using var codes = new HashEncoder(_host, head.ToHashModel(Method), _options.OutputColumnName, _options.InputColumnName, _options.Encoding);
        return new KnownCodes(keys, codes.EncodeActivations(features.Values), _options.Bits);
    }

    /// <summary>The input's columns and the two columns that the encoder adds.</summary>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return HashSchema.Extend(inputSchema, _options.InputColumnName, _options.OutputColumnName);
    }
}
