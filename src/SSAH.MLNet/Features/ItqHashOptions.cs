using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>Everything that can be set about <c>mlContext.Transforms.ItqHash</c>.</summary>
public sealed record ItqHashOptions
{
    /// <summary>Name of the code column that the encoder adds; its activations are in this name + <c>Activation</c>. Default <c>HashCode</c>.</summary>
    public string OutputColumnName { get; init; } = "HashCode";

    /// <summary>
    /// Column of features (<c>Vector&lt;Single&gt;</c> of known size), or of images where <see cref="Network"/> is given. Default <c>Features</c>.
    /// </summary>
    public string InputColumnName { get; init; } = "Features";

    /// <summary>
    /// The pretrained network that images go through, such as <see cref="PretrainedNetwork.ResNet18"/>; null (default) where the column has features.
    /// It becomes part of the encoder.
    /// </summary>
    public PretrainedNetwork? Network { get; init; }

    /// <summary>Code length in bits, 1 to <see cref="BinaryCodes.MaxBits"/>. The rotation is learned up to 128 bits and random beyond. Default 64.</summary>
    public int Bits { get; init; } = 64;

    /// <summary>
    /// Whether directions in which near neighbors differ are shrunk first, which helps photos in most collections and costs a second. Default true;
    /// false is plain PCA-ITQ.
    /// </summary>
    public bool Whitening { get; init; } = true;

    /// <summary>Seed; null takes one from the <c>MLContext</c>, which is reproducible for <c>new MLContext(seed)</c>.</summary>
    public int? Seed { get; init; }

    /// <summary>
    /// Folder where the network's features are kept by the content of the images, so that they are computed once, and by path, length and time of
    /// image files, so that a second learning reads none; null keeps none. Default: a folder of the user's local application data.
    /// </summary>
    public string? CacheFolder { get; init; } = Features.FeatureCache.DefaultFolder;

    /// <summary>How the encoder runs; null takes the defaults.</summary>
    public HashEncodingOptions? Encoding { get; init; }

    /// <summary>Stops the reading and the learning.</summary>
    public CancellationToken CancellationToken { get; init; }

    internal void Check()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(OutputColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(InputColumnName);
        if (Bits is < 1 or > BinaryCodes.MaxBits)
            throw new ArgumentOutOfRangeException(nameof(Bits), Bits, $"A code has 1 to {BinaryCodes.MaxBits} bits.");
    }
}
