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
        string features = network.Backbone.Export(graph, normalized);
        var (weight, bias) = network.FoldedHashLayer();
        HashGraphTail.AppendLayer(graph, features, weight, bias, "SSAH");
        foreach (var (key, value) in metadata)
            graph.Metadata(key, value);
        return graph.ToBytes();
    }
}
