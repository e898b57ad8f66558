using SSAH.MLNet.Features;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>
/// Codes of the images that an encoder was learned from, by their pixels: their features went through the network for the learning already. Only codes that
/// another run of the network is sure to give too. For any number of threads.
/// </summary>
internal sealed class KnownCodes
{
    // Far above what the order of additions changes in an activation.
    private const float LeastActivation = 1e-4f;
    private readonly Dictionary<UInt128, byte[]> _codes = [];

    /// <summary>Takes the codes of images.</summary>
    /// <param name="keys">What <see cref="FeatureCache.KeyOf"/> gives of each image's pixels.</param>
    /// <param name="activations">[n, bits].</param>
    /// <param name="bits">Code length.</param>
    public KnownCodes(IReadOnlyList<UInt128> keys, ReadOnlySpan<float> activations, int bits)
    {
        for (int row = 0; row < keys.Count; row++)
        {
            ReadOnlySpan<float> own = activations.Slice(row * bits, bits);
            if (own.IndexOfAnyInRange(-LeastActivation, LeastActivation) >= 0)
                continue;
            byte[] code = new byte[(bits + 7) / 8];
            BinaryCodes.FromActivations(bits, own).CopyPacked(0, code);
            _codes.TryAdd(keys[row], code);
        }
    }

    /// <summary>The packed code of an image; null if it is not known.</summary>
    /// <param name="pixels">Its planes, as the network takes them.</param>
    public byte[]? Find(ReadOnlySpan<byte> pixels) => _codes.GetValueOrDefault(FeatureCache.KeyOf(pixels));
}
