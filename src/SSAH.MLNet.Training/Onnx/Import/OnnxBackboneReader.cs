using SSAH.MLNet.Hashing;
using SSAH.MLNet.Onnx;
using SSAH.MLNet.Onnx.Wire;
using SSAH.MLNet.Training.Networks;
using SSAH.MLNet.Training.Networks.Layers;

namespace SSAH.MLNet.Training.Onnx;

/// <summary>Makes an ONNX network trainable: it is read once and built once per network.</summary>
internal sealed class OnnxBackboneReader
{
    private readonly BackboneGraph _graph;
    private readonly Dictionary<string, TensorProto> _constants;

    /// <inheritdoc cref="BackboneGraph.Read"/>
    public OnnxBackboneReader(byte[] bytes, string output, string source)
    {
        _graph = BackboneGraph.Read(bytes, output, source);
        RequireOneImage();
        _constants = _graph.Model.Graph.Initializer.ToDictionary(weight => weight.Name);
    }

    /// <summary>The network that is built.</summary>
    public BackboneGraph Graph => _graph;

    /// <summary>Builds the network.</summary>
    /// <exception cref="UnsupportedNetworkException">An operator cannot be imported.</exception>
    /// <exception cref="DamagedFileException">The graph is malformed.</exception>
    public OperatorGraph Build()
    {
        var indices = new Dictionary<string, int> { [_graph.ImageInput] = 0 };
        var nodes = new List<OperatorNode>();
        foreach (var proto in _graph.Model.Graph.Node)
        {
            var node = new OnnxNode(proto, _constants, _graph.Opset, _graph.Source);
            if (node.PassesOn())
            {
                indices[node.Output] = indices.TryGetValue(node.Input(0), out int passed) ? passed : throw Dangling(node, 0);
                continue;
            }
            var made = OperatorTable.Read(node);
            int inputs = made is Layer ? 1 : node.InputCount;
            int[] reads = [.. Enumerable.Range(0, inputs).Select(i => ValueOf(node, made, i))];
            nodes.Add(new OperatorNode(made, reads));
            indices[node.Output] = nodes.Count;
        }
        if (nodes.Count == 0 || indices.GetValueOrDefault(_graph.Output) != nodes.Count)
            throw new DamagedFileException($"{_graph.Source}: '{_graph.Output}' is not computed from the image '{_graph.ImageInput}'.");
        return new OperatorGraph(nodes);

        // A constant operand becomes a node of its own.
        int ValueOf(OnnxNode node, GraphOperator made, int input)
        {
            string name = node.Input(input);
            if (indices.TryGetValue(name, out int index))
                return index;
            if (!_constants.TryGetValue(name, out var constant))
                throw Dangling(node, input);
            if (made is Layer)
                throw node.Unsupported($"a constant ('{name}') in place of a computed value");
            nodes.Add(new OperatorNode(new ConstantValue(OnnxTensors.Floats(constant, _graph.Source)), []));
            return indices[name] = nodes.Count;
        }
    }

    // Inside a model of ours that averages over image and mirror image a batch has twice as many images as outside.
    private void RequireOneImage()
    {
        bool isHashModel = _graph.Model.MetadataProps.Any(entry => entry.Key == HashModelContract.BitsKey);
        if (isHashModel && _graph.Model.Graph.Node.Any(node => node.OpType == "Slice"))
            throw new UnsupportedNetworkException($"{_graph.Source} is a hash model that makes its codes of an image and its mirror image; it cannot be "
                + $"trained further. Train it with {nameof(SsahTrainer.Options.Augmentation)}.{nameof(SsahTrainer.AugmentationOptions.MirrorAverage)} = false "
                + $"to go on from it, or keep it as it is: {nameof(Backbone)}.{nameof(Backbone.Frozen)}.");
    }

    private static DamagedFileException Dangling(OnnxNode node, int input) => node.Malformed($"reads '{node.Input(input)}', which no earlier node computes");
}
