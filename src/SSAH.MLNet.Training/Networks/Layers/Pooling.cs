using SSAH.MLNet.Training.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks.Layers;

/// <summary>Rectified linear unit.</summary>
internal sealed class Rectifier() : Layer(nameof(Rectifier))
{
    public override Tensor forward(Tensor input) => nn.functional.relu(input);

    public override string Export(OnnxGraph graph, string value) => graph.Op("Relu", [value]);
}

/// <summary>Max pooling over square windows.</summary>
internal sealed class MaxPooling(long kernel, long stride, long padding = 0) : Layer(nameof(MaxPooling))
{
    public override Tensor forward(Tensor input) => nn.functional.max_pool2d(input, [kernel, kernel], [stride, stride], [padding, padding]);

    public override string Export(OnnxGraph graph, string value) => graph.Op("MaxPool", [value],
        ("kernel_shape", new[] { kernel, kernel }), ("strides", new[] { stride, stride }), ("pads", new[] { padding, padding, padding, padding }));
}

/// <summary>Mean over all positions: [N, C, H, W] to [N, C].</summary>
internal sealed class GlobalAveragePooling() : Layer(nameof(GlobalAveragePooling))
{
    public override Tensor forward(Tensor input) => input.mean([2, 3]);

    public override string Export(OnnxGraph graph, string value) =>
        graph.Op("Flatten", [graph.Op("GlobalAveragePool", [value])], ("axis", 1L));
}

/// <summary>Maximum over all positions: [N, C, H, W] to [N, C].</summary>
internal sealed class GlobalMaxPooling() : Layer(nameof(GlobalMaxPooling))
{
    public override Tensor forward(Tensor input) => input.amax([2, 3]);

    public override string Export(OnnxGraph graph, string value) =>
        graph.Op("Flatten", [graph.Op("GlobalMaxPool", [value])], ("axis", 1L));
}
