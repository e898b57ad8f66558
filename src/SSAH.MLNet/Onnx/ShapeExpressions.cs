using SSAH.MLNet.Onnx.Wire;

namespace SSAH.MLNet.Onnx;

/// <summary>
/// Finds reshapes whose shape is computed from the shapes of other values (x.view(x.size(0), -1) of PyTorch's older exporter: Shape, Gather, Unsqueeze,
/// Concat), and gives them a constant one, in which 0 keeps a size and -1 takes what is left.
/// </summary>
internal sealed class ShapeExpressions
{
    private readonly GraphProto _graph;
    private readonly Dictionary<string, TensorProto> _constants;
    private readonly Dictionary<string, Size[]> _sizes = [];
    private readonly Dictionary<string, (string Of, long Start)> _wholeShapes = [];

    private ShapeExpressions(GraphProto graph)
    {
        _graph = graph;
        _constants = graph.Initializer.DistinctBy(weight => weight.Name).ToDictionary(weight => weight.Name);
    }

    // A known number, or the size of a value along an axis, or (neither) a number that depends on the image's size.
    private readonly record struct Size(long? Number, string? Of = null, long Axis = 0);

    /// <summary>Makes the shapes constant that can be; the nodes that computed them are left behind, unused.</summary>
    public static void MakeConstant(GraphProto graph)
    {
        var expressions = new ShapeExpressions(graph);
        foreach (NodeProto node in graph.Node.Where(node => OnnxModels.IsStandard(node.Domain) && node.Output.Count > 0))
            if (node.OpType == "Reshape")
                expressions.Simplify(node);
            else if (expressions.SizesOf(node) is { } sizes)
                expressions._sizes[node.Output[0]] = sizes;
    }

    private void Simplify(NodeProto reshape)
    {
        if (reshape.Input.Count < 2 || SizesAt(reshape, 1) is not { Length: > 0 } sizes)
            return;
        AttributeProto? allowZero = reshape.Attribute.FirstOrDefault(a => a.Name == "allowzero");
        if (allowZero is { I: not 0 } && sizes.Any(size => size.Number == 0))
            return;
        if (!_constants.ContainsKey(reshape.Input[1]))
        {
            long[] shape = [.. sizes.Select((size, i) => size.Number ?? (KeepsSize(size, i, reshape.Input[0]) ? 0 : -1))];
            // The first place is the batch, which only 0 keeps; two unknown sizes are one too many.
            if (shape[0] != 0 || shape.Count(size => size == -1) > 1)
                return;
            reshape.Input[1] = GraphConstants.Add(_graph, OnnxModels.Integers($"{reshape.Output[0]}/shape", shape));
        }
        // Without a 0 of the file's own it says nothing.
        if (allowZero is not null)
            reshape.Attribute.Remove(allowZero);
    }

    // All values that come from the images have the batch in front.
    private static bool KeepsSize(Size size, int position, string value) =>
        size.Of is not null && size.Axis == position && (position == 0 || size.Of == value);

    private Size[]? SizesOf(NodeProto node)
    {
        if (node.Input.Count == 0)
            return null;
        switch (node.OpType)
        {
            case "Shape":
                return SizesOfShape(node);
            case "Gather" when Integer(node, "axis") is null or 0 && IntegersAt(node, 1) is { } indices:
                return Gathered(node, indices);
            case "Slice":
                return Sliced(node);
            case "Unsqueeze" or "Squeeze" or "Identity" or "Cast":
                if (_wholeShapes.TryGetValue(node.Input[0], out var shape))
                    _wholeShapes[node.Output[0]] = shape;
                return SizesAt(node, 0);
            case "Concat":
                Size[]?[] parts = [.. node.Input.Select((_, i) => SizesAt(node, i))];
                return parts.Any(part => part is null) ? null : [.. parts.SelectMany(part => part!)];
            case "Add" or "Sub" or "Mul" or "Div" when SizesAt(node, 0) is { } a && SizesAt(node, 1) is { } b:
                return new Size[Math.Max(a.Length, b.Length)];
            case "ReduceProd" when SizesAt(node, 0) is not null:
                return [default];
            default:
                return null;
        }
    }

    private Size[]? SizesOfShape(NodeProto node)
    {
        long start = Integer(node, "start") ?? 0;
        if (start < 0)
            return null;
        if (Integer(node, "end") is { } end && end >= start)
            return Range(node.Input[0], start, end);
        if (Integer(node, "end") is null)
            _wholeShapes[node.Output[0]] = (node.Input[0], start);
        return null;
    }

    private Size[]? Gathered(NodeProto node, long[] indices)
    {
        if (_wholeShapes.TryGetValue(node.Input[0], out var shape))
            return [.. indices.Select(i => i >= 0 ? new Size(null, shape.Of, shape.Start + i) : default)];
        return SizesAt(node, 0) is { } sizes && indices.All(i => i >= -sizes.Length && i < sizes.Length)
            ? [.. indices.Select(i => sizes[i < 0 ? i + sizes.Length : i])]
            : null;
    }

    // Parts of a shape without a step; up to its end only where its length is known.
    private Size[]? Sliced(NodeProto node)
    {
        long[]? starts = Bound(node, "starts", 1), ends = Bound(node, "ends", 2), axes = Bound(node, "axes", 3);
        if (starts is not [>= 0 and var start] || ends is not [var end] || axes is not (null or [0]) || node.Input.Count > 4)
            return null;
        if (_wholeShapes.TryGetValue(node.Input[0], out var shape))
            return end >= start && end <= int.MaxValue / 2 ? Range(shape.Of, shape.Start + start, shape.Start + end) : null;
        if (SizesAt(node, 0) is not { } sizes)
            return null;
        int first = (int)Math.Min(start, sizes.Length);
        return sizes[first..(int)Math.Clamp(end < 0 ? end + sizes.Length : end, first, sizes.Length)];
    }

    private long[]? Bound(NodeProto node, string attribute, int input) =>
        node.Attribute.FirstOrDefault(a => a.Name == attribute) is { } found ? [.. found.Ints] : IntegersAt(node, input);

    private static Size[] Range(string of, long start, long end)
    {
        const int largestRank = 8;
        return [.. Enumerable.Range(0, (int)Math.Min(end - start, largestRank)).Select(i => new Size(null, of, start + i))];
    }

    private Size[]? SizesAt(NodeProto node, int input)
    {
        if (input < node.Input.Count && _sizes.TryGetValue(node.Input[input], out Size[]? sizes))
            return sizes;
        return IntegersAt(node, input) is { } numbers ? [.. numbers.Select(number => new Size(number))] : null;
    }

    private long[]? IntegersAt(NodeProto node, int input) =>
        input < node.Input.Count && _constants.TryGetValue(node.Input[input], out TensorProto? constant) ? GraphConstants.Integers(constant) : null;

    private static long? Integer(NodeProto node, string attribute) => node.Attribute.FirstOrDefault(a => a.Name == attribute)?.I;
}
