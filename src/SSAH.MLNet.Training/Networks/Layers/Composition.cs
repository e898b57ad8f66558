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

    public override Tensor forward(Tensor input)
    {
        foreach (var layer in _layers)
            input = layer.forward(input);
        return input;
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
        return _rectify ? nn.functional.relu(sum) : sum;
    }

    public override string Export(OnnxGraph graph, string value)
    {
        string sum = graph.Op("Add", [body.Export(graph, value), shortcut?.Export(graph, value) ?? value]);
        return _rectify ? graph.Op("Relu", [sum]) : sum;
    }
}
