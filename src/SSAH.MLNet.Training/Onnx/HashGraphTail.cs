using SSAH.MLNet.Training.Onnx.Wire;

namespace SSAH.MLNet.Training.Onnx;

/// <summary>The last nodes of every exported hash model: activation, and codes packed inside the graph.</summary>
internal static class HashGraphTail
{
    /// <summary>
    /// Publishes <c>HashCodeActivation</c> (float, [N, bits]) and <c>HashCode</c> (uint8, [N, ceil(bits/8)]). Bit i of the code is byte i/8, bit i%8
    /// (least significant first, the layout of faiss); it is 1 where the activation is at or above zero; pad bits are 0.
    /// </summary>
    public static void Append(OnnxGraph graph, string activation, int bits)
    {
        int bytes = (bits + 7) / 8;
        string positive = graph.Op("GreaterOrEqual", [activation, graph.Constant([0f], 1)]);
        string ones = graph.Op("Cast", [positive], ("to", (long)TensorProto.Types.DataType.Float));
        if (bytes * 8 != bits)
            ones = graph.Op("Pad", [ones, graph.Constant([0L, 0L, 0L, bytes * 8 - bits], 4)]);
        string grouped = graph.Op("Reshape", [ones, graph.Constant([0L, bytes, 8L], 3)]);
        string weighted = graph.Op("Mul", [grouped, graph.Constant([1f, 2f, 4f, 8f, 16f, 32f, 64f, 128f], 8)]);
        string sums = graph.Op("ReduceSum", [weighted, graph.Constant([2L], 1)], ("keepdims", 0L));
        string packed = graph.Op("Cast", [sums], ("to", (long)TensorProto.Types.DataType.Uint8));
        graph.Output(HashModelContract.ActivationOutput, activation, TensorProto.Types.DataType.Float, -1, bits);
        graph.Output(HashModelContract.CodeOutput, packed, TensorProto.Types.DataType.Uint8, -1, bytes);
    }
}
