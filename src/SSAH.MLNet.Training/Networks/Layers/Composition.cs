using SSAH.MLNet.Onnx;
using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks.Layers;

/// <summary>Layers one after another.</summary>
internal sealed class LayerSequence : Layer
{
    private readonly Layer[] _layers;

    public LayerSequence(params Layer[] layers) : base(nameof(LayerSequence))
    {
        _layers = layers;
        for (int i = 0; i < layers.Length; i++)
            register_module($"{i}", layers[i]);
    }

    public override Tensor forward(Tensor input) => Compute(input, ..);

    /// <summary>Some of the layers only.</summary>
    public Tensor Compute(Tensor input, Range layers)
    {
        var value = input;
        foreach (var layer in _layers.AsSpan(layers))
        {
            var next = layer.ComputeAlone([value]);
            // Autograd keeps what it needs; without it every map of the batch would be held to the end of the step.
            if (!ReferenceEquals(value, input) && !ReferenceEquals(value, next))
                value.Dispose();
            value = next;
        }
        return value;
    }

    public override string Export(OnnxGraph graph, string value)
    {
        foreach (var layer in _layers)
            value = layer.Export(graph, value);
        return value;
    }
}

/// <summary>relu?(body(x) + shortcut(x)); without a shortcut layer the input itself is added.</summary>
internal sealed class Residual : Layer
{
    private readonly Layer body;
    private readonly Layer? shortcut;
    private readonly bool _rectify;

    public Residual(Layer body, Layer? shortcut = null, bool rectify = false) : base(nameof(Residual))
    {
        this.body = body;
        this.shortcut = shortcut;
        _rectify = rectify;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        var sum = body.forward(input).Plus(shortcut?.forward(input) ?? input);
        return _rectify ? sum.relu_() : sum;
    }

    public override string Export(OnnxGraph graph, string value)
    {
        string sum = graph.Op("Add", [body.Export(graph, value), shortcut?.Export(graph, value) ?? value]);
        return _rectify ? graph.Op("Relu", [sum]) : sum;
    }
}
