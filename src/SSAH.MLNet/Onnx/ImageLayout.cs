using Google.Protobuf.Collections;
using Microsoft.ML.OnnxRuntime;
using SSAH.MLNet.Onnx.Wire;
using static SSAH.MLNet.Onnx.Wire.TensorProto.Types;

namespace SSAH.MLNet.Onnx;

/// <summary>How a file wants its image, beside what a backbone takes here: float [N, C, H, W].</summary>
/// <param name="Input">Name of the file's image input.</param>
/// <param name="Type">Float, Float16 or Uint8.</param>
/// <param name="IsChannelsLast">Whether it is [N, H, W, C], as TensorFlow has it.</param>
internal sealed record ImageLayout(string Input, DataType Type, bool IsChannelsLast)
{
    private const string ToChannelsFirst = "0,3,1,2";
    private const string ToChannelsLast = "0,2,3,1";

    /// <summary>Finds the image input of a graph.</summary>
    /// <exception cref="UnsupportedNetworkException">The graph does not have one input that holds images; the message says what it has.</exception>
    public static ImageLayout Of(GraphProto graph, string source)
    {
        // Files from before IR version 4 list their weights as inputs too.
        var weights = graph.Initializer.Select(weight => weight.Name).ToHashSet();
        ValueInfoProto[] inputs = [.. graph.Input.Where(input => !weights.Contains(input.Name))];
        if (inputs is not [{ Type: { } type } input])
            throw new UnsupportedNetworkException(
                $"{source}: a backbone has one input, images; this graph has {inputs.Length}: {string.Join(", ", inputs.Select(Describe))}.");
        if (type.TensorType is not { ElemType: (int)DataType.Float or (int)DataType.Float16 or (int)DataType.Uint8, Shape.Dim: [_, _, _, _] dims })
            throw new UnsupportedNetworkException($"{source}: the input is {Describe(input)}; a backbone takes float images [N, C, H, W].");
        var layout = new ImageLayout(input.Name, (DataType)type.TensorType.ElemType, IsLast(graph, input.Name, dims));
        if (layout.Type == DataType.Uint8 && FirstUseOfBytes(graph, input.Name) is { } use)
            throw new UnsupportedNetworkException(
                $"{source}: the input is {Describe(input)}, and operator {use.OpType} (node '{use.Name}') computes with the bytes; "
                + "a backbone takes float images [N, C, H, W]. Put a Cast to float behind the input, or export the model without quantization.");
        return layout;
    }

    /// <summary>Changes a graph so that it takes float [N, C, H, W], and returns the name of its input.</summary>
    public string MakePlanarFloats(GraphProto graph)
    {
        ValueInfoProto input = graph.Input.Single(i => i.Name == Input);
        input.Type.TensorType.ElemType = (int)DataType.Float;
        if (!IsChannelsLast)
            return Input;
        input.Name = GraphConstants.Unique(graph, $"{Input}/planar");
        RepeatedField<TensorShapeProto.Types.Dimension> dims = input.Type.TensorType.Shape.Dim;
        TensorShapeProto.Types.Dimension[] planar = [dims[0], dims[3], dims[1], dims[2]];
        dims.Clear();
        dims.Add(planar);
        var transpose = new NodeProto { OpType = "Transpose", Name = $"{Input}/transpose" };
        transpose.Input.Add(input.Name);
        transpose.Output.Add(Input);
        transpose.Attribute.Add(new AttributeProto { Name = "perm", Type = AttributeProto.Types.AttributeType.Ints, Ints = { 0, 2, 3, 1 } });
        graph.Node.Insert(0, transpose);
        return input.Name;
    }

    /// <summary>Takes out transpositions to channels last and back, and gives the value that stands before a last one to channels last.</summary>
    public static string UndoTranspositions(GraphProto graph, string output)
    {
        var makers = new Dictionary<string, NodeProto>();
        foreach (NodeProto node in graph.Node)
            foreach (string made in node.Output)
                makers[made] = node;
        foreach (NodeProto node in graph.Node.Where(IsTranspose))
        {
            if (makers.GetValueOrDefault(Passed(makers, node.Input[0])) is not { } before || !IsTranspose(before) || !AreInverse(before, node))
                continue;
            node.OpType = "Identity";
            node.Attribute.Clear();
            node.Input[0] = before.Input[0];
        }
        string value = Passed(makers, output);
        return makers.GetValueOrDefault(value) is { } last && IsTranspose(last) && Permutation(last) == ToChannelsLast ? last.Input[0] : output;
    }

    /// <summary>One image as the file wants it.</summary>
    /// <param name="image">[C, H, W].</param>
    /// <param name="shape">[1, C, H, W].</param>
    public OrtValue ValueOf(float[] image, long[] shape)
    {
        if (IsChannelsLast)
        {
            (long channels, long positions) = (shape[1], shape[2] * shape[3]);
            float[] planar = image;
            image = new float[planar.Length];
            for (long i = 0; i < image.Length; i++)
                image[i] = planar[i % channels * positions + i / channels];
            shape = [1, shape[2], shape[3], channels];
        }
        return Type switch
        {
            DataType.Uint8 => OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(image, value => (byte)value), shape),
            DataType.Float16 => OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(image, value => (Float16)value), shape),
            _ => OrtValue.CreateTensorValueFromMemory(image, shape),
        };
    }

    private static bool IsLast(GraphProto graph, string input, RepeatedField<TensorShapeProto.Types.Dimension> dims)
    {
        bool first = dims[1].DimValue is 1 or 3, last = dims[3].DimValue is 1 or 3;
        return first == last
            ? graph.Node.Any(node => IsTranspose(node) && node.Input[0] == input && Permutation(node) == ToChannelsFirst)
            : last;
    }

    // Moving bytes is no computation: what stands behind a Cast reads floats.
    private static NodeProto? FirstUseOfBytes(GraphProto graph, string input)
    {
        var bytes = new HashSet<string> { input };
        foreach (NodeProto node in graph.Node.Where(node => node.Input.Any(bytes.Contains)))
            if (node.OpType is "Transpose" or "Identity")
                bytes.UnionWith(node.Output);
            else if (node.OpType != "Cast")
                return node;
        return null;
    }

    private static bool IsTranspose(NodeProto node) =>
        node.OpType == "Transpose" && OnnxModels.IsStandard(node.Domain) && node.Input.Count == 1 && node.Output.Count == 1;

    private static string Permutation(NodeProto node) => string.Join(',', node.Attribute.FirstOrDefault(a => a.Name == "perm")?.Ints ?? []);

    private static bool AreInverse(NodeProto first, NodeProto second) =>
        (Permutation(first), Permutation(second)) is (ToChannelsFirst, ToChannelsLast) or (ToChannelsLast, ToChannelsFirst);

    // The value behind nodes that pass it on.
    private static string Passed(Dictionary<string, NodeProto> makers, string value)
    {
        while (makers.GetValueOrDefault(value) is { Input.Count: 1 } node && (node.OpType == "Identity" || IsCastToFloat(node)))
            value = node.Input[0];
        return value;
    }

    // The values that a backbone computes from its image are floats already.
    private static bool IsCastToFloat(NodeProto node) =>
        node.OpType == "Cast" && node.Attribute.Any(a => a.Name == "to" && a.I == (long)DataType.Float);

    private static string Describe(ValueInfoProto input)
    {
        if (input.Type?.TensorType is not { } tensor)
            return $"'{input.Name}', no tensor";
        string type = Enum.IsDefined((DataType)tensor.ElemType)
            ? $"{(DataType)tensor.ElemType}".ToLowerInvariant()
            : $"of the number type {tensor.ElemType},";
        string shape = tensor.Shape is null
            ? "of unknown rank"
            : $"[{string.Join(", ", tensor.Shape.Dim.Select(Describe))}], {tensor.Shape.Dim.Count} dimensions";
        return $"'{input.Name}', {type} {shape}";
    }

    private static string Describe(TensorShapeProto.Types.Dimension size) =>
        size.DimValue > 0 ? $"{size.DimValue}" : size.DimParam is { Length: > 0 } name ? name : "?";
}
