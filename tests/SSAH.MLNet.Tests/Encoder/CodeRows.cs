using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet.Tests.Encoder;

/// <summary>Codes and activations read from encoded rows.</summary>
internal static class CodeRows
{
    public static byte[][] Codes(IDataView rows, string column = "HashCode") => Read<byte>(rows, column);

    public static float[][] Activations(IDataView rows, string column = "HashCodeActivation") => Read<float>(rows, column);

    public static T[][] Read<T>(IDataView rows, string column)
    {
        using DataViewRowCursor cursor = rows.GetRowCursor([rows.Schema[column]]);
        return Read<T>(cursor, column);
    }

    public static T[][] Read<T>(DataViewRowCursor cursor, string column)
    {
        ValueGetter<VBuffer<T>> getter = cursor.GetGetter<VBuffer<T>>(cursor.Schema[column]);
        var all = new List<T[]>();
        VBuffer<T> value = default;
        while (cursor.MoveNext())
        {
            getter(ref value);
            all.Add([.. value.DenseValues()]);
        }
        return [.. all];
    }

    /// <summary>The codes that the activations stand for, by the definition: bit i is bit i%8 of byte i/8, 1 where the activation is at or above
    /// 0.</summary>
    public static byte[] Pack(ReadOnlySpan<float> activation)
    {
        var code = new byte[(activation.Length + 7) / 8];
        for (int bit = 0; bit < activation.Length; bit++)
            if (activation[bit] >= 0)
                code[bit / 8] |= (byte)(1 << (bit % 8));
        return code;
    }
}
