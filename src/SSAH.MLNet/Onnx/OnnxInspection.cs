using SSAH.MLNet.Hashing;
using SSAH.MLNet.Onnx.Wire;

namespace SSAH.MLNet.Onnx;

/// <summary>Looks through a parsed network before ONNX Runtime sees it: what a file from others must not have.</summary>
internal static class OnnxInspection
{
    // Larger ranks than any operator has.
    private const int MaxRank = 16;

    /// <summary>Checks counts, and that every tensor has its values in the file, as many as its shape says.</summary>
    /// <param name="model">The network.</param>
    /// <param name="source">What the file is called in errors.</param>
    /// <param name="limits">How much it may have.</param>
    /// <exception cref="DamagedFileException">It is beyond a limit, or names another file, or a tensor is not what it says.</exception>
    public static void CheckContent(ModelProto model, string source, ReadingLimits limits)
    {
        GraphProto graph = model.Graph;
        if (graph.Node.Count > limits.MaxNodes)
            throw new DamagedFileException($"{source} has {graph.Node.Count} nodes, and the limits allow {limits.MaxNodes}.");
        TensorProto[] tensors =
            [.. graph.Initializer, .. graph.Node.SelectMany(node => node.Attribute).Select(attribute => attribute.T).OfType<TensorProto>()];
        if (tensors.Length > limits.MaxTensors)
            throw new DamagedFileException($"{source} has {tensors.Length} tensors, and the limits allow {limits.MaxTensors}.");
        if (graph.SparseInitializer.Count > 0 || graph.Node.SelectMany(node => node.Attribute).Any(HasHiddenTensors))
            throw new DamagedFileException($"{source} has sparse tensors or lists of tensors, which are not read: export it without them.");
        if (model.Functions.Count > 0 || model.TrainingInfo.Count > 0)
            throw new DamagedFileException($"{source} has functions or parts for training, which are not read: export the plain network.");
        foreach (TensorProto tensor in tensors)
            CheckTensor(tensor, source);
    }

    /// <summary>
    /// Checks that a whole graph has allowed operators only, each of which reads what stands before it and gives values that nothing else gives.
    /// </summary>
    /// <exception cref="DamagedFileException">An operator is none of them, or the graph is malformed.</exception>
    public static void CheckGraph(GraphProto graph, string source)
    {
        if ((ObjectionTo(graph, source) ?? ConstantSizes.ObjectionTo(graph, source)) is { } objection)
            throw new DamagedFileException(objection);
        foreach (ValueInfoProto value in graph.Input.Concat(graph.Output))
            if (value.Type is not { TensorType.Shape: not null } type || type.SequenceType.Count + type.MapType.Count + type.OpaqueType.Count
                + type.SparseTensorType.Count + type.OptionalType.Count > 0)
                throw new DamagedFileException($"{source}: '{value.Name}' is no tensor with a shape.");
        var known = new HashSet<string>(graph.Input.Select(input => input.Name), StringComparer.Ordinal) { "" };
        var weights = new HashSet<string>(StringComparer.Ordinal);
        foreach (TensorProto weight in graph.Initializer)
            if (!weights.Add(weight.Name))
                throw new DamagedFileException($"{source} is malformed: it has two tensors '{weight.Name}'.");
        known.UnionWith(weights);
        foreach (NodeProto node in graph.Node)
        {
            if (node.Input.FirstOrDefault(input => !known.Contains(input)) is { } unknown)
                throw new DamagedFileException($"{source} is malformed: node '{NameOf(node)}' reads '{unknown}', which nothing before it computes.");
            if (node.Output.FirstOrDefault(output => output.Length > 0 && !known.Add(output)) is { } twice)
                throw new DamagedFileException($"{source} is malformed: '{twice}' is computed twice.");
        }
    }

    /// <summary>Names the first operator of a graph that is not allowed; null where all are.</summary>
    public static string? ObjectionTo(GraphProto graph, string source) => graph.Node
        .Select(node => AllowedOperators.ObjectionTo(node) is { } objection
            ? $"{source}: operator {(OnnxModels.IsStandard(node.Domain) ? "" : node.Domain + "::")}{node.OpType} (node '{NameOf(node)}') {objection}. Networks "
                + "are opened only with operators of the ONNX standard that do nothing else than compute: export the network without it."
            : null)
        .FirstOrDefault(objection => objection is not null);

    private static bool HasHiddenTensors(AttributeProto attribute) =>
        attribute.Tensors.Count + attribute.SparseTensor.Count + attribute.SparseTensors.Count > 0;

    private static void CheckTensor(TensorProto tensor, string source)
    {
        if (tensor.DataLocation != 0 || tensor.ExternalData.Count > 0)
            throw new DamagedFileException($"{source}: the values of tensor '{tensor.Name}' are said to lie in another file, which is never opened. "
                + "Save the network as one file.");
        if (tensor.Dims.Count > MaxRank || ElementsOf(tensor) is not { } elements)
            throw new DamagedFileException(
                $"{source}: tensor '{tensor.Name}' has the shape [{string.Join(", ", tensor.Dims.Take(MaxRank))}], which cannot be.");
        // A value of each type, in raw bytes and as an item of a list.
        (int bytes, int listed) = tensor.DataType switch
        {
            1 => (4, tensor.FloatData.Count),
            2 or 3 or 9 => (1, tensor.Int32Data.Count),
            4 or 5 or 10 or 16 => (2, tensor.Int32Data.Count),
            6 => (4, tensor.Int32Data.Count),
            7 => (8, tensor.Int64Data.Count),
            11 => (8, tensor.DoubleData.Count),
            12 => (4, tensor.Uint64Data.Count),
            13 => (8, tensor.Uint64Data.Count),
            >= 17 and <= 20 => (1, tensor.Int32Data.Count),
            _ => throw new DamagedFileException($"{source}: tensor '{tensor.Name}' has values of type {tensor.DataType}, which is not read."),
        };
        int length = tensor.RawData.Length;
        if (length > 0 ? length % bytes != 0 || length / bytes != elements : listed != elements)
            throw new DamagedFileException(
                $"{source}: tensor '{tensor.Name}' should have {elements} values, and has {(length > 0 ? length / bytes : listed)}.");
    }

    private static long? ElementsOf(TensorProto tensor)
    {
        long elements = 1;
        foreach (long size in tensor.Dims)
        {
            if (size < 0 || (size > 0 && elements > int.MaxValue / size))
                return null;
            elements *= size;
        }
        return elements;
    }

    private static string NameOf(NodeProto node) => node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault() ?? "";
}
