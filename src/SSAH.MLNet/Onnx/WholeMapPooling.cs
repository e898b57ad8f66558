using Microsoft.ML.OnnxRuntime;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Onnx.Wire;

namespace SSAH.MLNet.Onnx;

/// <summary>Makes poolings global whose window is the whole map at the size that the file was exported for, so that other sizes can be taken.</summary>
internal static class WholeMapPooling
{
    private const long LargestSide = 4096;

    /// <summary>Runs the network once at the file's own size to learn the sizes of its maps; does nothing where the file leaves it open.</summary>
    public static void MakeGlobal(BackboneGraph graph)
    {
        NodeProto[] poolings = [.. graph.Model.Graph.Node.Where(MayBeGlobal)];
        if (poolings.Length == 0
            || graph.ImageShape is not ({ } channels and <= LargestSide, { } height and <= LargestSide, { } width and <= LargestSide))
            return;
        long[][]? shapes = Shapes(graph, [.. poolings.Select(node => node.Input[0])], [1, channels, height, width]);
        for (int i = 0; shapes is not null && i < poolings.Length; i++)
        {
            if (shapes[i] is not [_, _, var rows, var columns] || !Kernel(poolings[i]).SequenceEqual([rows, columns]))
                continue;
            poolings[i].OpType = $"Global{poolings[i].OpType}";
            poolings[i].Attribute.Clear();
        }
    }

    private static bool MayBeGlobal(NodeProto node) => OnnxModels.IsStandard(node.Domain) && node.OpType is "AveragePool" or "MaxPool"
        && node.Input.Count == 1 && node.Output.Count == 1 && Kernel(node).Length == 2
        && node.Attribute.All(a => a.Name is not ("pads" or "dilations") || a.Ints.All(value => value == (a.Name == "pads" ? 0 : 1)))
        && node.Attribute.All(a => a.Name != "auto_pad" || a.S.ToStringUtf8() is "NOTSET" or "VALID");

    private static long[] Kernel(NodeProto node) => [.. node.Attribute.FirstOrDefault(a => a.Name == "kernel_shape")?.Ints ?? []];

    // A network that does not run here is left as it is: the comparison before training, or the first session, says what is wrong with it.
    private static long[][]? Shapes(BackboneGraph graph, string[] values, long[] image)
    {
        string[] computed = [.. values.Distinct().Where(value => value != graph.ImageInput)];
        try
        {
            long[][] shapes = computed.Length == 0 ? [] : OnnxModels.Shapes(graph.Model, graph.ImageInput, image, computed);
            return [.. values.Select(value => value == graph.ImageInput ? image : shapes[Array.IndexOf(computed, value)])];
        }
        catch (Exception e) when (e is DamagedFileException or OnnxRuntimeException)
        {
            return null;
        }
    }
}
