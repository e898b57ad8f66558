using SSAH.MLNet.Onnx;
using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training.Networks;

namespace SSAH.MLNet.Training.Onnx;

/// <summary>Writes a trained H-Net as a hash model (docs/architecture.md has the contract).</summary>
internal static class HashModelExporter
{
    /// <summary>The model's bytes; the class head and A-Net stay behind.</summary>
    /// <param name="network">The network, with the statistics to use.</param>
    /// <param name="shape">Size of the images.</param>
    /// <param name="normalization">Put into the graph, so that the model takes pixels from 0 to 255.</param>
    /// <param name="metadata">Further metadata.</param>
    public static byte[] Export(HashNetwork network, PixelShape shape, ImageNormalization normalization, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var graph = new OnnxGraph("ssah");
        string pixels = graph.Input(HashModelContract.PixelInput, -1, shape.Channels, shape.Height, shape.Width);
        string centered = graph.Op("Sub", [pixels, graph.Constant(normalization.Mean, 1, shape.Channels, 1, 1)]);
        string normalized = graph.Op("Div", [centered, graph.Constant(normalization.Deviation, 1, shape.Channels, 1, 1)]);
        // Both through one set of weights: the mirror images follow the images in a batch of twice the size.
        if (network.AveragesMirrorImage)
            normalized = graph.Op("Concat", [normalized, Mirrored(graph, normalized)], ("axis", 0L));
        string features = network.Backbone.Export(graph, normalized);
        var (weight, bias) = network.FoldedHashLayer();
        string activation = HashGraphTail.Activation(graph, features, weight, bias);
        if (network.AveragesMirrorImage)
            activation = graph.Op("ReduceMean", [graph.Op("Reshape", [activation, graph.Constant([2L, -1, network.Bits], 3)])],
                ("axes", new long[] { 0 }), ("keepdims", 0L));
        HashGraphTail.Append(graph, activation, network.Bits);
        HashGraphTail.Describe(graph, network.Bits, "SSAH");
        foreach (var (key, value) in metadata)
            graph.Metadata(key, value);
        return graph.ToBytes();
    }

    // From the last column to before the first one.
    private static string Mirrored(OnnxGraph graph, string images)
    {
        string Number(long value) => graph.Constant([value], 1);
        return graph.Op("Slice", [images, Number(-1), Number(long.MinValue), Number(3), Number(-1)]);
    }
}
