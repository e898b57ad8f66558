using Microsoft.ML.Runtime;
using SSAH.MLNet.Perceptual;

namespace SSAH.MLNet;

public sealed partial class HashEncoder
{
    /// <summary>
    /// Makes an encoder of a perceptual hash: for finding copies, not images of the same kind. Its codes are the same, and have the same
    /// <see cref="ModelId"/>, in every version of the library.
    /// </summary>
    /// <remarks>
    /// The image is stretched to a square and made gray; an activation is a frequency's (or difference's) share of all of them less a small
    /// threshold: its sign is the bit, its size how sure the bit is. An image of one color has the code of zeros, which says nothing about it.
    /// </remarks>
    /// <param name="kind">Kind of hash.</param>
    /// <param name="bits">Code length, 64 or 256.</param>
    /// <param name="outputColumnName">Name of the column of packed codes; the activations' column has this name with <c>Activation</c> after it.</param>
    /// <param name="inputColumnName">Name of the column of images.</param>
    /// <param name="options">How to run it; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such kind or code length.</exception>
    /// <exception cref="InvalidOperationException">ONNX Runtime's native library is missing.</exception>
    public static HashEncoder PerceptualHash(
        PerceptualHashKind kind = PerceptualHashKind.Dct, int bits = 64, string outputColumnName = "HashCode", string inputColumnName = "Pixels",
        HashEncodingOptions? options = null) =>
        OfPerceptualHash(environment: null, kind, bits, outputColumnName, inputColumnName, options);

    internal static HashEncoder OfPerceptualHash(
        IHostEnvironment? environment, PerceptualHashKind kind, int bits, string outputColumnName, string inputColumnName, HashEncodingOptions? options)
    {
        if (!Enum.IsDefined(kind))
            throw new ArgumentOutOfRangeException(nameof(kind), kind,
                $"The kinds of perceptual hash are {string.Join(" and ", Enum.GetNames<PerceptualHashKind>())}.");
        if (!PerceptualHashModel.Lengths.Contains(bits))
            throw new ArgumentOutOfRangeException(nameof(bits), bits, $"A perceptual hash has {string.Join(" or ", PerceptualHashModel.Lengths)} bits.");
        return new HashEncoder(environment, PerceptualHashModel.Build(kind, bits), outputColumnName, inputColumnName, options);
    }
}
