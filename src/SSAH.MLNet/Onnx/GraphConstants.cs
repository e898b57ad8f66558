using System.Runtime.InteropServices;
using Google.Protobuf;
using SSAH.MLNet.Onnx.Wire;
using static SSAH.MLNet.Onnx.Wire.TensorProto.Types;

namespace SSAH.MLNet.Onnx;

/// <summary>Constants of a graph that is made ready: all of them become initializers, and the large ones raw bytes.</summary>
internal static class GraphConstants
{
    /// <summary>Turns every Constant node, whichever attribute holds its value, into an initializer.</summary>
    /// <exception cref="NotSupportedException">The value is of a kind that no convolutional network needs (text, a sparse tensor).</exception>
    public static void CollectNodes(GraphProto graph, string source)
    {
        ILookup<bool, NodeProto> nodes = graph.Node.ToLookup(
            node => node.OpType == "Constant" && OnnxModels.IsStandard(node.Domain) && node.Output.Count > 0);
        foreach (NodeProto node in nodes[true])
        {
            TensorProto tensor = ValueOf(node) ?? throw new NotSupportedException($"{source}: operator Constant (node '{NameOf(node)}') cannot be imported: "
                + $"its value is '{node.Attribute.FirstOrDefault()?.Name}', not a tensor or numbers.");
            tensor.Name = node.Output[0];
            graph.Initializer.Add(tensor);
        }
        NodeProto[] others = [.. nodes[false]];
        graph.Node.Clear();
        graph.Node.Add(others);
    }

    /// <summary>Moves weights from lists of numbers to raw bytes, which take a third of the time to write and read.</summary>
    public static void PackFloats(GraphProto graph)
    {
        foreach (TensorProto weight in graph.Initializer.Where(weight => weight.FloatData.Count > 0 && weight.RawData.IsEmpty))
        {
            weight.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(weight.FloatData.ToArray()));
            weight.FloatData.Clear();
        }
    }

    /// <summary>The values of a tensor of 64-bit integers; null for any other tensor.</summary>
    public static long[]? Integers(TensorProto tensor) => (DataType)tensor.DataType != DataType.Int64
        ? null
        : tensor.RawData.IsEmpty ? [.. tensor.Int64Data] : MemoryMarshal.Cast<byte, long>(tensor.RawData.Span[..(tensor.RawData.Length / 8 * 8)]).ToArray();

    /// <summary>Adds an initializer under a name that the graph does not have yet, and returns the name.</summary>
    public static string Add(GraphProto graph, TensorProto tensor)
    {
        var taken = graph.Initializer.Select(weight => weight.Name).Concat(graph.Node.SelectMany(node => node.Output)).ToHashSet();
        while (taken.Contains(tensor.Name))
            tensor.Name += "'";
        graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    private static TensorProto? ValueOf(NodeProto node)
    {
        var tensor = new TensorProto { DataType = (int)DataType.Float };
        switch (node.Attribute.FirstOrDefault())
        {
            case { Name: "value", T: { } value }:
                return value.Clone();
            case { Name: "value_float" } number:
                tensor.FloatData.Add(number.F);
                return tensor;
            case { Name: "value_floats" } numbers:
                tensor.FloatData.Add(numbers.Floats);
                tensor.Dims.Add(numbers.Floats.Count);
                return tensor;
            case { Name: "value_int" } number:
                tensor = OnnxModels.Integers("", [number.I]);
                tensor.Dims.Clear();
                return tensor;
            case { Name: "value_ints" } numbers:
                return OnnxModels.Integers("", [.. numbers.Ints]);
            default:
                return null;
        }
    }

    private static string NameOf(NodeProto node) => node.Name.Length > 0 ? node.Name : node.Output[0];
}
