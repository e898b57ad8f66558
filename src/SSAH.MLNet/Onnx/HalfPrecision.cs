using System.Runtime.InteropServices;
using Google.Protobuf;
using SSAH.MLNet.Onnx.Wire;
using static SSAH.MLNet.Onnx.Wire.TensorProto.Types;

namespace SSAH.MLNet.Onnx;

/// <summary>Makes a network in half precision one in single precision, which training, and ONNX Runtime on the CPU, needs.</summary>
internal static class HalfPrecision
{
    /// <summary>Widens all weights and makes casts to half precision casts to single precision. Says whether there was anything to widen.</summary>
    public static bool Widen(GraphProto graph)
    {
        bool found = false;
        foreach (TensorProto weight in graph.Initializer.Where(weight => weight.DataType == (int)DataType.Float16))
        {
            // Where there are no raw bytes, each value stands in the low half of a 32-bit number.
            Half[] halves = weight.RawData.IsEmpty
                ? [.. weight.Int32Data.Select(bits => BitConverter.UInt16BitsToHalf((ushort)bits))]
                : MemoryMarshal.Cast<byte, Half>(weight.RawData.Span[..(weight.RawData.Length / 2 * 2)]).ToArray();
            weight.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(Array.ConvertAll(halves, half => (float)half)));
            weight.Int32Data.Clear();
            weight.DataType = (int)DataType.Float;
            found = true;
        }
        IEnumerable<AttributeProto> targets = graph.Node.Where(node => node.OpType == "Cast").SelectMany(node => node.Attribute).Where(a => a.Name == "to");
        foreach (AttributeProto to in targets.Where(a => a.I == (long)DataType.Float16))
        {
            to.I = (long)DataType.Float;
            found = true;
        }
        return found;
    }
}
