using System.Globalization;
using System.Security.Cryptography;
using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Networks;
using SSAH.MLNet.Training.Networks.Layers;
using SSAH.MLNet.Training.Onnx;

namespace SSAH.MLNet;

/// <summary>A backbone that is read from an ONNX file.</summary>
internal sealed class OnnxBackbone(PretrainedNetwork network, int freezeStages) : Backbone
{
    private readonly BackbonePreprocessing _preprocessing = network.Preprocessing;
    // The file and size checked last: a training run checks before it reads images and again when it makes its networks.
    private string? _lastCheck;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{network}, {freezeStages} stages frozen");

    internal override IEnumerable<string> Errors()
    {
        foreach (string error in network.Errors())
            yield return error;
        if (freezeStages < 0)
            yield return $"The number of frozen stages is {freezeStages}; it must be 0 or more.";
    }

    internal override void RequireSize(PixelShape shape, string column)
    {
        try
        {
            Open(shape);
        }
        catch (UnsupportedNetworkException e)
        {
            throw new UnsupportedNetworkException($"Column '{column}' holds images of {shape.Height}x{shape.Width} pixels. {e.Message}", e);
        }
    }

    internal override Func<BackboneNetwork> Prepare(PixelShape shape, ImageNormalization normalization)
    {
        var (reader, size) = Open(shape);
        return () => Create(reader, shape, size, normalization);
    }

    private (OnnxBackboneReader Reader, long[] Size) Open(PixelShape shape)
    {
        byte[] file = network.Read();
        var reader = new OnnxBackboneReader(file, network.Output, Path.GetFileName(network.Path));
        var (channels, height, width) = reader.Graph.ImageShape;
        if (channels is { } needed && needed != shape.Channels)
            throw new InvalidOperationException(
                $"{network.Path} takes images of {needed} channels; the pixel column has {shape.Channels}. Extract the colors that it needs.");
        if (shape.Channels == 1 && (_preprocessing.Order != ChannelOrder.Rgb || _preprocessing.Mean.Count > 1 || _preprocessing.Scale.Count > 1))
            throw new InvalidOperationException("The backbone's preprocessing is for three channels; the pixel column has one.");
        if (network.TakesAnySize)
            (height, width) = (null, null);
        long[] size = [_preprocessing.Side ?? height ?? shape.Height, _preprocessing.Side ?? width ?? shape.Width];
        network.RequireSize(size[0], size[1]);
        string check = $"{Convert.ToHexString(SHA256.HashData(file))} {shape.Channels} {size[0]} {size[1]}";
        if (_lastCheck != check)
            ImportVerification.Check(reader, shape.Channels, size[0], size[1]);
        _lastCheck = check;
        return (reader, size);
    }

    private BackboneNetwork Create(OnnxBackboneReader reader, PixelShape shape, long[] size, ImageNormalization normalization)
    {
        var imported = reader.Build();
        var graph = imported.WithNormalization(imported.Shapes(shape.Channels, size[0], size[1]));
        var shapes = graph.Shapes(shape.Channels, size[0], size[1]);
        graph.Freeze(freezeStages, shapes);
        var input = new BackboneInput(shape, size, normalization, _preprocessing);
        return shapes[^1] switch
        {
            [_, var features] => new BackboneNetwork(new LayerSequence(input, graph), features, IsPretrained: true),
            [_, var features, _, _] => new BackboneNetwork(new LayerSequence(input, graph, MeanOverAxes.Positions()), features, IsPretrained: true),
            var other => throw new UnsupportedNetworkException(
                $"{network.Path}: '{network.Output}' has the shape [{string.Join(", ", other)}]; [N, F] or [N, C, H, W] is needed."),
        };
    }
}
