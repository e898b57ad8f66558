using System.Globalization;
using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Networks;
using SSAH.MLNet.Training.Networks.Layers;
using SSAH.MLNet.Training.Onnx;

namespace SSAH.MLNet;

/// <summary>A backbone that is read from an ONNX file.</summary>
internal sealed class OnnxBackbone(string path, string output, BackbonePreprocessing preprocessing, int freezeStages) : Backbone
{
    private const int LargestSide = 4096;

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"ONNX {Path.GetFileName(path)}, output {output}, {freezeStages} stages frozen");

    internal override IEnumerable<string> Errors()
    {
        if (!File.Exists(path))
            yield return $"The backbone file '{path}' does not exist.";
        if (freezeStages < 0)
            yield return $"The number of frozen stages is {freezeStages}; it must be 0 or more.";
        if (preprocessing.Side is <= 0 or > LargestSide)
            yield return $"The backbone's {nameof(BackbonePreprocessing.Side)} is {preprocessing.Side}; it must lie from 1 to {LargestSide}.";
        foreach (var (name, values) in new[] { (nameof(BackbonePreprocessing.Mean), preprocessing.Mean), (nameof(BackbonePreprocessing.Scale), preprocessing.Scale) })
            if (values.Count is not (1 or 3) || values.Any(v => !float.IsFinite(v)))
                yield return $"The backbone's {name} must be one finite number or three.";
        if (preprocessing.Scale.Contains(0))
            yield return $"The backbone's {nameof(BackbonePreprocessing.Scale)} has a 0.";
    }

    internal override Func<BackboneNetwork> Prepare(PixelShape shape, ImageNormalization normalization)
    {
        var reader = new OnnxBackboneReader(File.ReadAllBytes(path), output, Path.GetFileName(path));
        var (channels, height, width) = reader.ImageShape;
        if (channels is { } needed && needed != shape.Channels)
            throw new InvalidOperationException($"{path} takes images of {needed} channels; the pixel column has {shape.Channels}. Extract the colors that it needs.");
        if (shape.Channels == 1 && (preprocessing.Order != ChannelOrder.Rgb || preprocessing.Mean.Count > 1 || preprocessing.Scale.Count > 1))
            throw new InvalidOperationException("The backbone's preprocessing is for three channels; the pixel column has one.");
        long[] size = [preprocessing.Side ?? height ?? shape.Height, preprocessing.Side ?? width ?? shape.Width];
        ImportVerification.Check(reader, shape.Channels, size[0], size[1]);
        return () => Create(reader, shape, size, normalization);
    }

    private BackboneNetwork Create(OnnxBackboneReader reader, PixelShape shape, long[] size, ImageNormalization normalization)
    {
        var imported = reader.Build();
        var graph = imported.WithNormalization(imported.Shapes(shape.Channels, size[0], size[1]));
        var shapes = graph.Shapes(shape.Channels, size[0], size[1]);
        graph.Freeze(freezeStages, shapes);
        var input = new BackboneInput(shape, size, normalization, preprocessing);
        return shapes[^1] switch
        {
            [_, var features] => new BackboneNetwork(new Chain(input, graph), features, IsPretrained: true),
            [_, var features, _, _] => new BackboneNetwork(new Chain(input, graph, MeanOverAxes.Positions()), features, IsPretrained: true),
            var other => throw new NotSupportedException($"{path}: '{output}' has the shape [{string.Join(", ", other)}]; [N, F] or [N, C, H, W] is needed."),
        };
    }
}
