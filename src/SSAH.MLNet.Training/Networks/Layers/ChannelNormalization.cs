using SSAH.MLNet.Onnx;
using SSAH.MLNet.Training.Onnx;
using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks.Layers;

/// <summary>
/// Local response normalization (Krizhevsky et al. 2012): x / (bias + alpha / size * the sum of the squares of <paramref name="size"/> neighboring
/// channels, an odd number)^beta.
/// </summary>
internal sealed class ChannelNormalization(long size, double alpha, double beta, double bias) : Layer(nameof(ChannelNormalization))
{
    /// <summary>Reads an LRN node.</summary>
    public static Layer Read(OnnxNode node)
    {
        long size = node.Int("size", 0);
        return size % 2 == 1
            ? new ChannelNormalization(size, node.Float("alpha", 1e-4f), node.Float("beta", 0.75f), node.Float("bias", 1))
            : throw node.Unsupported($"a size of {size}, which is not odd,");
    }

    public override Tensor forward(Tensor input)
    {
        long channels = input.shape[1];
        var squares = nn.functional.pad(input.Square(), [0, 0, 0, 0, size / 2, size / 2]);
        var sum = squares.narrow(1, 0, channels);
        for (long i = 1; i < size; i++)
            sum = sum.Plus(squares.narrow(1, i, channels));
        return input / sum.Times(alpha / size).Plus(bias).Power(beta);
    }

    public override string Export(OnnxGraph graph, string value) =>
        graph.Op("LRN", [value], ("size", size), ("alpha", (float)alpha), ("beta", (float)beta), ("bias", (float)bias));
}
