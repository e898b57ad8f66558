using System.Runtime.InteropServices;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Onnx.Wire;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Onnx;

/// <summary>Reads constant tensors of ONNX files; sizes are checked against the bytes that are there before anything is allocated.</summary>
internal static class OnnxTensors
{
    /// <summary>Values of a float32 or float64 tensor as float32.</summary>
    /// <exception cref="DamagedFileException">The data do not fill the shape.</exception>
    /// <exception cref="UnsupportedNetworkException">Another number type, or data in another file.</exception>
    public static Tensor Floats(TensorProto proto, string source)
    {
        long count = Count(proto, source);
        var bytes = proto.RawData.Span;
        float[] values = (TensorProto.Types.DataType)proto.DataType switch
        {
            TensorProto.Types.DataType.Float => bytes.IsEmpty ? [.. proto.FloatData] : Cast<float>(proto, source).ToArray(),
            TensorProto.Types.DataType.Double => Array.ConvertAll(Cast<double>(proto, source).ToArray(), v => (float)v),
            var other => throw new UnsupportedNetworkException(
                $"{source}: constant '{proto.Name}' has the type {other}; float weights are needed (a quantized model has none)."),
        };
        if (values.Length != count)
            throw DoesNotFill(proto, values.Length, source);
        return tensor(values, [.. proto.Dims]);
    }

    /// <summary>Values of an int32 or int64 tensor.</summary>
    /// <exception cref="DamagedFileException">The data do not fill the shape.</exception>
    /// <exception cref="UnsupportedNetworkException">Another number type, or data in another file.</exception>
    public static long[] Integers(TensorProto proto, string source)
    {
        long count = Count(proto, source);
        long[] values = (TensorProto.Types.DataType)proto.DataType switch
        {
            TensorProto.Types.DataType.Int64 => proto.RawData.IsEmpty ? [.. proto.Int64Data] : Cast<long>(proto, source).ToArray(),
            TensorProto.Types.DataType.Int32 => proto.RawData.IsEmpty
                ? [.. proto.Int32Data.Select(v => (long)v)]
                : Array.ConvertAll(Cast<int>(proto, source).ToArray(), v => (long)v),
            var other => throw new UnsupportedNetworkException($"{source}: constant '{proto.Name}' has the type {other}; integers are needed."),
        };
        return values.Length == count ? values : throw DoesNotFill(proto, values.Length, source);
    }

    private static long Count(TensorProto proto, string source)
    {
        if (proto.DataLocation != 0)
            throw new UnsupportedNetworkException($"{source}: constant '{proto.Name}' lies in a file of its own; save the model with its weights inside.");
        long count = 1;
        foreach (long dim in proto.Dims)
        {
            if (dim < 0 || (dim > 0 && count > int.MaxValue / dim))
                throw new DamagedFileException($"{source}: constant '{proto.Name}' has the impossible shape [{string.Join(", ", proto.Dims)}].");
            count *= dim;
        }
        return count;
    }

    private static ReadOnlySpan<T> Cast<T>(TensorProto proto, string source) where T : unmanaged
    {
        var bytes = proto.RawData.Span;
        return bytes.Length % Marshal.SizeOf<T>() == 0
            ? MemoryMarshal.Cast<byte, T>(bytes)
            : throw new DamagedFileException($"{source}: constant '{proto.Name}' has {bytes.Length} bytes, not a whole number of {typeof(T).Name} values.");
    }

    private static DamagedFileException DoesNotFill(TensorProto proto, int values, string source) =>
        new($"{source}: constant '{proto.Name}' has {values} values, which do not fill its shape [{string.Join(", ", proto.Dims)}].");
}
