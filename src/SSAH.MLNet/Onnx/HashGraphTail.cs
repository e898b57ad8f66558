using System.Globalization;
using System.Reflection;
using SSAH.MLNet.Onnx.Wire;

namespace SSAH.MLNet.Onnx;

/// <summary>The last nodes and the metadata of every hash model. Their operators mean the same in every operator set from 7 on.</summary>
internal static class HashGraphTail
{
    private static readonly string s_libraryVersion =
        typeof(HashGraphTail).Assembly.GetCustomAttribute<AssemblyFileVersionAttribute>()?.Version ?? "unknown";

    /// <summary>The hash layer: activation = tanh(weight . features + bias), then what <see cref="Append"/> and <see cref="Describe"/> add.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="features">Value of shape [N, F].</param>
    /// <param name="weight">[bits, F], one row after the other.</param>
    /// <param name="bias">[bits].</param>
    /// <param name="method">Name of the method, for the metadata.</param>
    public static void AppendLayer(OnnxGraph graph, string features, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, string method)
    {
        Append(graph, Activation(graph, features, weight, bias), bias.Length);
        Describe(graph, bias.Length, method);
    }

    /// <summary>tanh(weight . features + bias), [N, bits].</summary>
    public static string Activation(OnnxGraph graph, string features, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias)
    {
        int bits = bias.Length;
        string projected = graph.Op(
            "Gemm", [features, graph.Constant(weight, bits, weight.Length / bits), graph.Constant(bias, bits)], ("transB", 1L));
        return graph.Op("Tanh", [projected]);
    }

    /// <summary>
    /// Publishes <c>HashCodeActivation</c> (float, [N, bits]) and <c>HashCode</c> (uint8, [N, ceil(bits/8)]). Bit i of the code is byte i/8, bit i%8
    /// (least significant first, the layout of faiss); it is 1 where the activation is at or above zero; pad bits are 0.
    /// </summary>
    public static void Append(OnnxGraph graph, string activation, int bits)
    {
        int bytes = (bits + 7) / 8;
        string positive = graph.Op("Not", [graph.Op("Less", [activation, graph.Constant([0f], 1)])]);
        string ones = graph.Op("Cast", [positive], ("to", (long)TensorProto.Types.DataType.Float));
        // Sums of different powers of two up to 255 are exact in any float type.
        string sums = graph.Op("MatMul", [ones, graph.Constant(PlaceValues(bits, bytes), bits, bytes)]);
        string packed = graph.Op("Cast", [sums], ("to", (long)TensorProto.Types.DataType.Uint8));
        graph.Output(HashModelContract.ActivationOutput, activation, TensorProto.Types.DataType.Float, -1, bits);
        graph.Output(HashModelContract.CodeOutput, packed, TensorProto.Types.DataType.Uint8, -1, bytes);
    }

    /// <summary>Writes the metadata that every hash model has.</summary>
    public static void Describe(OnnxGraph graph, int bits, string method)
    {
        graph.Metadata(HashModelContract.VersionKey, HashModelContract.Version);
        graph.Metadata(HashModelContract.ResizingKey, HashModelContract.CoverResizing);
        graph.Metadata(HashModelContract.BitsKey, bits.ToString(CultureInfo.InvariantCulture));
        graph.Metadata(HashModelContract.MethodKey, method);
        graph.Metadata(HashModelContract.LibraryKey, $"SSAH.MLNet {s_libraryVersion}");
    }

    private static float[] PlaceValues(int bits, int bytes)
    {
        float[] values = new float[bits * bytes];
        for (int bit = 0; bit < bits; bit++)
            values[bit * bytes + bit / 8] = 1 << (bit % 8);
        return values;
    }
}
