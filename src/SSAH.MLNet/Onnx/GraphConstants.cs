using System.Runtime.InteropServices;
using Google.Protobuf;
using SSAH.MLNet.Onnx.Wire;
using static SSAH.MLNet.Onnx.Wire.TensorProto.Types;

namespace SSAH.MLNet.Onnx;

/// <summary>Constants of a graph that is made ready: all of them become initializers, and the large ones raw bytes.</summary>
internal static class GraphConstants
{
    /// <summary>Turns every Constant node, whichever attribute holds its value, into an initializer.</summary>
    /// <exception cref="UnsupportedNetworkException">The value is of a kind that no convolutional network needs (text, a sparse tensor).</exception>
    public static void CollectNodes(GraphProto graph, string source)
    {
        ILookup<bool, NodeProto> nodes = graph.Node.ToLookup(
            node => node.OpType == "Constant" && OnnxModels.IsStandard(node.Domain) && node.Output.Count > 0);
        foreach (NodeProto node in nodes[true])
        {
            TensorProto tensor = ValueOf(node) ?? throw new UnsupportedNetworkException(
                $"{source}: operator Constant (node '{NameOf(node)}') cannot be imported: its value is '{node.Attribute.FirstOrDefault()?.Name}', not "
                    + "a tensor or numbers.");
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

    /// <summary>The values of a tensor of 32-bit or 64-bit integers; null for any other tensor.</summary>
    public static long[]? Integers(TensorProto tensor)
    {
        ReadOnlySpan<byte> raw = tensor.RawData.Span;
        return (DataType)tensor.DataType switch
        {
            DataType.Int64 => raw.IsEmpty ? [.. tensor.Int64Data] : MemoryMarshal.Cast<byte, long>(raw[..(raw.Length / 8 * 8)]).ToArray(),
            DataType.Int32 => raw.IsEmpty
                ? [.. tensor.Int32Data.Select(value => (long)value)]
                : Array.ConvertAll(MemoryMarshal.Cast<byte, int>(raw[..(raw.Length / 4 * 4)]).ToArray(), value => (long)value),
            _ => null,
        };
    }

    /// <summary>Adds an initializer under a name that the graph does not have yet, and returns the name.</summary>
    public static string Add(GraphProto graph, TensorProto tensor)
    {
        tensor.Name = Unique(graph, tensor.Name);
        graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    /// <summary>A name that no value of the graph has, as near as possible to a wanted one.</summary>
    public static string Unique(GraphProto graph, string wanted)
    {
        HashSet<string> taken =
            [.. graph.Initializer.Select(weight => weight.Name), .. graph.Input.Select(input => input.Name), .. graph.Node.SelectMany(node => node.Output)];
        while (taken.Contains(wanted))
            wanted += "'";
        return wanted;
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
