using SSAH.MLNet.Onnx;
using SSAH.MLNet.Training.Networks.Layers;
using TorchSharp;
using TorchSharp.Modules;
using Convolution = SSAH.MLNet.Training.Networks.Layers.Convolution;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks;

/// <summary>One operator of a graph. Value 0 is the graph's input, value i + 1 the result of node i.</summary>
/// <param name="Operator">What computes the value.</param>
/// <param name="Inputs">The values that it reads, all of them earlier ones.</param>
internal sealed record OperatorNode(GraphOperator Operator, int[] Inputs)
{
    /// <summary>Whether it is a normalization that the file does not have.</summary>
    public bool IsAdded { get; init; }
}

/// <summary>A network of operators in any acyclic order, as imported from ONNX: one value in, the last node's value out.</summary>
internal sealed class OperatorGraph : Layer
{
    private readonly OperatorNode[] _nodes;
    private readonly int[][] _lastReads;
    private readonly ModuleList<GraphOperator> operators;

    public OperatorGraph(IReadOnlyList<OperatorNode> nodes) : base(nameof(OperatorGraph))
    {
        _nodes = [.. nodes];
        _lastReads = LastReads(_nodes);
        operators = new ModuleList<GraphOperator>([.. nodes.Select(n => n.Operator)]);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        var values = new Tensor[_nodes.Length + 1];
        values[0] = input;
        for (int i = 0; i < _nodes.Length; i++)
        {
            values[i + 1] = Compute(values, i);
            // Autograd keeps what it needs; without it a deep network would hold every map of the batch.
            foreach (int read in _lastReads[i])
                values[read].Dispose();
        }
        return values[^1];
    }

    public override string Export(OnnxGraph graph, string value)
    {
        string[] values = new string[_nodes.Length + 1];
        values[0] = value;
        for (int i = 0; i < _nodes.Length; i++)
            values[i + 1] = _nodes[i].Operator.Export(graph, [.. _nodes[i].Inputs.Select(input => values[input])]);
        return values[^1];
    }

    /// <summary>Runs two black images through and gives the shape of every value. No running statistics move.</summary>
    public long[][] Shapes(long channels, long height, long width)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        bool wasTraining = training;
        eval();
        var values = new Tensor[_nodes.Length + 1];
        // Of a single image libtorch would ask NNPACK for some convolutions, which says once a layer that it does not know this processor.
        values[0] = zeros(2, channels, height, width);
        for (int i = 0; i < _nodes.Length; i++)
            values[i + 1] = Compute(values, i);
        train(wasTraining);
        return [.. values.Select(v => v.shape)];
    }

    /// <summary>
    /// The same network with a neutral normalization behind every convolution of a map that may have had one. Exported networks often have theirs
    /// folded into the convolutions, and without them training at any useful learning rate destroys what the network knows.
    /// </summary>
    /// <param name="shapes">What <see cref="Shapes"/> gave.</param>
    public OperatorGraph WithNormalization(long[][] shapes)
    {
        var lacking = Enumerable.Range(0, _nodes.Length).Where(i => LacksNormalization(i, shapes)).ToHashSet();
        if (lacking.Count == 0)
            return this;
        int[] moved = new int[_nodes.Length + 1];
        var nodes = new List<OperatorNode>(2 * _nodes.Length);
        for (int i = 0; i < _nodes.Length; i++)
        {
            nodes.Add(_nodes[i] with { Inputs = [.. _nodes[i].Inputs.Select(input => moved[input])] });
            if (lacking.Contains(i))
                nodes.Add(new OperatorNode(BatchNormalization.Neutral(shapes[i + 1][1]), [nodes.Count]) { IsAdded = true });
            moved[i + 1] = nodes.Count;
        }
        return new OperatorGraph(nodes);
    }

    /// <summary>The normalizations that were added and have to adapt to images before training.</summary>
    public IEnumerable<BatchNormalization> AddedNormalizations => _nodes.Where(node => node.IsAdded).Select(node => (BatchNormalization)node.Operator);

    /// <summary>
    /// Takes the first stages out of training. A stage is what computes at one resolution: what stands behind the first halving of the image is stage 1.
    /// </summary>
    /// <param name="stages">Number of stages to freeze; 0 freezes nothing.</param>
    /// <param name="shapes">What <see cref="Shapes"/> gave.</param>
    public void Freeze(int stages, long[][] shapes)
    {
        int[] stage = Stages(shapes);
        for (int i = 0; stages > 0 && i < _nodes.Length; i++)
        {
            if (stage[i] > stages)
                continue;
            foreach (var parameter in _nodes[i].Operator.parameters())
                parameter.requires_grad = false;
            if (_nodes[i].Operator is BatchNormalization normalization)
                normalization.IsFrozen = true;
        }
    }

    // Folding leaves a bias. Where a network has normalizations left, one without a bias never had its own (the last convolution of a block before activation).
    private bool LacksNormalization(int node, long[][] shapes) =>
        _nodes[node].Operator is Convolution convolution && shapes[node + 1] is [_, _, > 1, _]
        && (convolution.HasBias || !_nodes.Any(other => other.Operator is BatchNormalization))
        && !_nodes.Any(reader => reader.Operator is BatchNormalization && reader.Inputs.Contains(node + 1));

    // How often the image was halved on the way to each node. A vector (a channel gate, the pooled features) belongs to the map that it comes from, a
    // constant to its reader.
    private int[] Stages(long[][] shapes)
    {
        int[] stage = new int[_nodes.Length];
        for (int i = 0; i < _nodes.Length; i++)
        {
            bool isMap = shapes[i + 1] is [_, _, > 1, _];
            stage[i] = isMap
                ? (int)Math.Round(Math.Log2(shapes[0][2] / (double)shapes[i + 1][2]))
                : _nodes[i].Inputs.Where(input => input > 0).Select(input => stage[input - 1]).DefaultIfEmpty().Max();
        }
        for (int i = 0; i < _nodes.Length; i++)
            if (_nodes[i].Inputs.Length == 0)
                stage[i] = stage[Array.FindIndex(_nodes, node => node.Inputs.Contains(i + 1))];
        return stage;
    }

    private Tensor Compute(Tensor[] values, int node)
    {
        int[] inputs = _nodes[node].Inputs;
        var arguments = new Tensor[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
            arguments[i] = values[inputs[i]];
        return _nodes[node].Operator.ComputeAlone(arguments);
    }

    // The values that no node after i reads; the graph's input belongs to the caller.
    private static int[][] LastReads(OperatorNode[] nodes)
    {
        var last = new Dictionary<int, int>();
        for (int i = 0; i < nodes.Length; i++)
            foreach (int input in nodes[i].Inputs)
                last[input] = i;
        return [.. Enumerable.Range(0, nodes.Length).Select(i => last.Where(l => l.Value == i && l.Key > 0).Select(l => l.Key).ToArray())];
    }
}
