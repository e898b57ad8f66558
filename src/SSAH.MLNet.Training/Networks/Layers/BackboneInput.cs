using SSAH.MLNet.Onnx;
using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Networks.Layers;

/// <summary>
/// Turns images that are normalized by the data's own mean and deviation (so that an occluder's 0 is the mean image) into what a pretrained backbone
/// expects: its order of colors, its scale, its size.
/// </summary>
internal sealed class BackboneInput : Layer
{
    private readonly Tensor factor;
    private readonly Tensor offset;
    private readonly PixelShape _shape;
    private readonly long[] _size;
    private readonly bool _reversesColors;

    public BackboneInput(PixelShape shape, long[] size, ImageNormalization normalization, BackbonePreprocessing preprocessing) : base(nameof(BackboneInput))
    {
        _shape = shape;
        _size = size;
        _reversesColors = preprocessing.Order == ChannelOrder.Bgr;
        int Source(int channel) => _reversesColors ? shape.Channels - 1 - channel : channel;
        int[] channels = [.. Enumerable.Range(0, shape.Channels)];
        factor = tensor(channels.Select(c => normalization.Deviation[Source(c)] * preprocessing.ScaleOf(c)).ToArray(), [1, shape.Channels, 1, 1]);
        offset = tensor(channels.Select(c => (normalization.Mean[Source(c)] - preprocessing.MeanOf(c)) * preprocessing.ScaleOf(c)).ToArray(),
            [1, shape.Channels, 1, 1]);
        Description = new BackboneInputDescription(size[0], size[1], preprocessing.Order.ToString(), preprocessing.Mean, preprocessing.Scale);
        register_buffer(nameof(factor), factor);
        register_buffer(nameof(offset), offset);
        RegisterComponents();
    }

    /// <summary>What is done to images, for the model's metadata.</summary>
    public BackboneInputDescription Description { get; }

    private bool Resizes => _size[0] != _shape.Height || _size[1] != _shape.Width;

    public override Tensor forward(Tensor input)
    {
        var value = _reversesColors ? input.flip(1) : input;
        value = (value * Like(factor, input)).Plus(Like(offset, input));
        return Resizes ? nn.functional.interpolate(value, _size, mode: InterpolationMode.Bilinear, align_corners: false) : value;
    }

    public override string Export(OnnxGraph graph, string value)
    {
        if (_reversesColors)
            value = graph.Op("Gather", [value, graph.Constant([.. Enumerable.Range(0, _shape.Channels).Select(c => (long)(_shape.Channels - 1 - c))],
                _shape.Channels)], ("axis", 1L));
        value = graph.Op("Mul", [value, graph.Constant(Values(factor), factor.shape)]);
        value = graph.Op("Add", [value, graph.Constant(Values(offset), offset.shape)]);
        if (!Resizes)
            return value;
        string batch = graph.Op("Shape", [value], ("start", 0L), ("end", 1L));
        string size = graph.Op("Concat", [batch, graph.Constant([_shape.Channels, _size[0], _size[1]], 3)], ("axis", 0L));
        return graph.Op("Resize", [value, "", "", size], ("mode", "linear"), ("coordinate_transformation_mode", "half_pixel"));
    }
}

/// <summary>value = (pixel - <see cref="Mean"/>) * <see cref="Scale"/>, resized to <see cref="Height"/> x <see cref="Width"/>.</summary>
internal sealed record BackboneInputDescription(long Height, long Width, string Order, IReadOnlyList<float> Mean, IReadOnlyList<float> Scale);
