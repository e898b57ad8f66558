using SSAH.MLNet.Onnx.Wire;

namespace SSAH.MLNet.Onnx;

/// <summary>
/// Sizes that a network writes down as numbers: a file of a kilobyte could ask for a constant of a terabyte, or for a border of a million pixels around
/// each image. What nodes compute from each other is not followed.
/// </summary>
internal static class ConstantSizes
{
    // A constant of a gigabyte of floats, and more pixels than any border, kernel or factor has.
    private const long MaxElements = 1 << 28, MaxExtent = 1 << 16;

    // Lists of sizes in attributes; of the others (axes, starts, ends) any number may be meant.
    private static readonly HashSet<string> s_extents = new(StringComparer.Ordinal)
    {
        "pads", "output_shape", "output_padding", "kernel_shape", "strides", "dilations", "shape", "repeats", "sizes", "split", "border",
    };

    /// <summary>Names the first size of a graph that is too large, or negative where none can be; null where all are reasonable.</summary>
    public static string? ObjectionTo(GraphProto graph, string source)
    {
        var constants = new Dictionary<string, TensorProto>(StringComparer.Ordinal);
        foreach (TensorProto weight in graph.Initializer)
            constants[weight.Name] = weight;
        foreach (NodeProto node in graph.Node)
        {
            if (node.OpType == "Constant" && node.Output.Count > 0 && node.Attribute.FirstOrDefault(each => each.Name == "value")?.T is { } value)
                constants[node.Output[0]] = value;
            if (node.Attribute.FirstOrDefault(each => s_extents.Contains(each.Name) && each.Ints.Any(size => size is > MaxElements or < -MaxElements
                || (each.Name != "shape" && each.Name != "split" && size > MaxExtent))) is { } attribute)
                return $"{source} is malformed: attribute '{attribute.Name}' of {node.OpType} has a size that no network has";
            long[]? sizes = ShapeInputOf(node) is { } input && input < node.Input.Count && constants.TryGetValue(node.Input[input], out TensorProto? tensor)
                ? GraphConstants.Integers(tensor) : null;
            if (sizes is not null && !IsReasonable(sizes))
                return $"{source} is malformed: {node.OpType} makes a value of the shape [{string.Join(", ", sizes.Take(8))}]";
        }
        return null;
    }

    // The input that says how large the result is, of operators whose result can be larger than what they read.
    private static int? ShapeInputOf(NodeProto node) => node.OpType switch
    {
        "ConstantOfShape" => 0,
        "Expand" or "Tile" or "Pad" or "OneHot" or "Range" => 1,
        "Resize" => 3,
        _ => null,
    };

    private static bool IsReasonable(long[] sizes)
    {
        long elements = 1;
        foreach (long size in sizes.Where(size => size > 1))
        {
            if (elements > MaxElements / size)
                return false;
            elements *= size;
        }
        return sizes.All(size => size > -MaxElements);
    }
}
