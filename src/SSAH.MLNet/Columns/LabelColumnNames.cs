using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet;

/// <summary>Class names out of a label column's annotations.</summary>
internal static class LabelNames
{
    /// <summary>The key values as text, whatever type MapValueToKey had mapped from; null when there are none.</summary>
    public static IReadOnlyList<string>? OfKeys(DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull("KeyValues") is not { } annotation)
            return null;
        return (annotation.Type as VectorDataViewType)?.ItemType.RawType switch
        {
            Type t when t == typeof(ReadOnlyMemory<char>) => Read<ReadOnlyMemory<char>>(column, "KeyValues"),
            Type t when t == typeof(float) => Read<float>(column, "KeyValues"),
            Type t when t == typeof(double) => Read<double>(column, "KeyValues"),
            Type t when t == typeof(int) => Read<int>(column, "KeyValues"),
            Type t when t == typeof(uint) => Read<uint>(column, "KeyValues"),
            Type t when t == typeof(long) => Read<long>(column, "KeyValues"),
            Type t when t == typeof(ulong) => Read<ulong>(column, "KeyValues"),
            Type t when t == typeof(short) => Read<short>(column, "KeyValues"),
            Type t when t == typeof(ushort) => Read<ushort>(column, "KeyValues"),
            Type t when t == typeof(sbyte) => Read<sbyte>(column, "KeyValues"),
            Type t when t == typeof(byte) => Read<byte>(column, "KeyValues"),
            Type t when t == typeof(bool) => Read<bool>(column, "KeyValues"),
            _ => null,
        };
    }

    /// <summary>The slot names of a one-slot-a-class vector; null when there are none.</summary>
    public static IReadOnlyList<string>? OfSlots(DataViewSchema.Column column) =>
        column.HasSlotNames() ? Read<ReadOnlyMemory<char>>(column, "SlotNames") : null;

    private static string[] Read<T>(DataViewSchema.Column column, string kind)
    {
        VBuffer<T> values = default;
        column.Annotations.GetValue(kind, ref values);
        return [.. values.DenseValues().Select(value => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")];
    }
}
