using Microsoft.ML.OnnxRuntime;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Onnx.Wire;

namespace SSAH.MLNet.Onnx;

/// <summary>Computes what does not depend on the image once, in ONNX Runtime, whatever its operators are.</summary>
internal static class ConstantFolding
{
    /// <summary>Replaces nodes that read constants only by initializers.</summary>
    /// <exception cref="UnsupportedNetworkException">ONNX Runtime cannot compute them.</exception>
    public static void Fold(ModelProto model, string source)
    {
        GraphProto graph = model.Graph;
        var constants = graph.Initializer.Select(weight => weight.Name).ToHashSet();
        var (folded, others) = (new List<NodeProto>(), new List<NodeProto>());
        foreach (NodeProto node in graph.Node)
        {
            bool isConstant = ReadsOnly(node, constants);
            (isConstant ? folded : others).Add(node);
            if (isConstant)
                constants.UnionWith(node.Output);
        }
        if (folded.Count == 0)
            return;
        var read = others.SelectMany(node => node.Input).Concat(graph.Output.Select(output => output.Name)).ToHashSet();
        graph.Initializer.Add(Compute(model, folded, [.. folded.SelectMany(node => node.Output).Where(read.Contains)], source));
        graph.Node.Clear();
        graph.Node.Add(others);
    }

    // A node without inputs draws random numbers; one with a graph of its own may read values by name.
    private static bool ReadsOnly(NodeProto node, HashSet<string> constants) =>
        node.Input.Any(input => input.Length > 0) && node.Input.All(input => input.Length == 0 || constants.Contains(input))
        && node.Attribute.All(a => a.Type is not (AttributeProto.Types.AttributeType.Graph or AttributeProto.Types.AttributeType.Graphs));

    private static TensorProto[] Compute(ModelProto model, List<NodeProto> nodes, string[] values, string source)
    {
        if (values.Length == 0)
            return [];
        var read = nodes.SelectMany(node => node.Input).ToHashSet();
        var part = new ModelProto { IrVersion = model.IrVersion, Graph = new GraphProto { Name = "constants" } };
        part.OpsetImport.Add(model.OpsetImport);
        part.Graph.Node.Add(nodes);
        part.Graph.Initializer.Add(model.Graph.Initializer.Where(weight => read.Contains(weight.Name)));
        try
        {
            return OnnxModels.Run(part, values);
        }
        catch (Exception e) when (e is DamagedFileException or OnnxRuntimeException)
        {
            string operators = string.Join(", ", nodes.Select(node => node.OpType).Distinct());
            throw new UnsupportedNetworkException($"{source}: the constant part of the graph ({operators}) cannot be computed: {e.Message.Split('\n')[0]}", e);
        }
    }
}
