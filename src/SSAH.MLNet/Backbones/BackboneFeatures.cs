using System.Security.Cryptography;
using Microsoft.ML.OnnxRuntime;
using SSAH.MLNet.Features;
using SSAH.MLNet.Onnx;
using SSAH.MLNet.Onnx.Wire;

namespace SSAH.MLNet;

/// <summary>Fills the pixels of one image: RGB planes, 0 to 255. Called from several threads, each row once.</summary>
/// <param name="row">Number of the image, from 0.</param>
/// <param name="pixels">[C, H, W].</param>
internal delegate void ReadPixels(int row, Span<float> pixels);

/// <summary>
/// A pretrained network as a feature extractor, run by ONNX Runtime at any size that its operators allow: images of plain pixels in, one vector of
/// features each out. The same image gives the same features whatever batch it is in. Safe to use from many threads.
/// </summary>
internal sealed class BackboneFeatures : IDisposable
{
    private const string FeatureOutput = "Features";
    private readonly BackboneGraph _backbone;
    private readonly BackbonePreprocessing _preprocessing;
    private readonly HashEncodingOptions _options;
    private readonly InferenceSession _session;

    private BackboneFeatures(BackboneGraph backbone, BackbonePreprocessing preprocessing, PixelShape shape, HashEncodingOptions options)
    {
        _backbone = backbone;
        _preprocessing = preprocessing;
        _options = options;
        InputShape = shape;
        (HasMaps, Length) = ShapeOfFeatures();
        var graph = new OnnxGraph("features", backbone.Opset);
        graph.Output(FeatureOutput, AppendFeatures(graph), TensorProto.Types.DataType.Float, -1, Length);
        byte[] onnx = graph.ToBytes();
        Key = Convert.ToHexStringLower(SHA256.HashData(onnx).AsSpan(0, 16));
        _session = ExecutionDevice.Choose(options, environment: null).Open(onnx);
    }

    /// <summary>Size of the images.</summary>
    public PixelShape InputShape { get; }

    /// <summary>Number of features of an image.</summary>
    public int Length { get; }

    /// <summary>Tells this network, with its preprocessing and size of images, from any other: 32 hexadecimal digits.</summary>
    public string Key { get; }

    private bool HasMaps { get; }

    /// <summary>Opens a network for images of one size.</summary>
    /// <param name="network">The network; a <see cref="BackbonePreprocessing.Side"/> is not heeded.</param>
    /// <param name="height">Height of the images in pixels.</param>
    /// <param name="width">Width of the images in pixels.</param>
    /// <param name="options">How to run it; null takes the defaults.</param>
    /// <exception cref="FileNotFoundException">The file does not exist; the message names the package to add.</exception>
    /// <exception cref="UnsupportedNetworkException">The network does not run on images of this size.</exception>
    /// <inheritdoc cref="BackboneGraph.Read" path="/exception"/>
    public static BackboneFeatures Open(PretrainedNetwork network, int height, int width, HashEncodingOptions? options = null)
    {
        if (network.Errors().FirstOrDefault() is { } error && File.Exists(network.Path))
            throw new ArgumentException(error, nameof(network));
        network.RequireSize(height, width);
        BackboneGraph backbone = BackboneGraph.Read(network.Read(), network.Output, Path.GetFileName(network.Path));
        var shape = new PixelShape((int)(backbone.ImageShape.Channels ?? 3), height, width);
        return new BackboneFeatures(backbone, network.Preprocessing, shape, options ?? new HashEncodingOptions());
    }

    /// <summary>Computes the features of images of bytes.</summary>
    /// <param name="pixels">[count, C, H, W], RGB planes, 0 to 255.</param>
    /// <param name="count">Number of images.</param>
    /// <param name="features">Takes [count, <see cref="Length"/>].</param>
    public void Compute(ReadOnlyMemory<byte> pixels, int count, Memory<float> features) => Compute(count, features, (row, image) =>
    {
        ReadOnlySpan<byte> source = pixels.Span.Slice(row * InputShape.Size, InputShape.Size);
        for (int i = 0; i < image.Length; i++)
            image[i] = source[i];
    });

    /// <inheritdoc cref="Compute(ReadOnlyMemory{byte}, int, Memory{float})"/>
    public void Compute(ReadOnlyMemory<float> pixels, int count, Memory<float> features) =>
        Compute(count, features, (row, image) => pixels.Span.Slice(row * InputShape.Size, InputShape.Size).CopyTo(image));

    /// <summary>Computes the features of images that a callback gives, several batches at the same time.</summary>
    /// <param name="count">Number of images.</param>
    /// <param name="features">Takes [count, <see cref="Length"/>].</param>
    /// <param name="read">Gives the pixels of an image.</param>
    /// <param name="cancellation">Ends the computation.</param>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public void Compute(int count, Memory<float> features, ReadPixels read, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (features.Length < (long)count * Length)
            throw new ArgumentException(
                $"{count} images have {(long)count * Length} features; there is room for {features.Length}.", nameof(features));
        int workers = Math.Max(_options.Workers, _options.GpuDeviceId is null ? Environment.ProcessorCount : 1);
        // As many batches as there are workers at least, and no batch whose pixels take more than 256 MiB.
        int batch = Math.Clamp((count + workers - 1) / workers, 1, Math.Min(_options.BatchSize, Math.Max(1, (64 << 20) / InputShape.Size)));
        Parallel.For(0, (count + batch - 1) / batch, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellation },
            () => new float[batch * InputShape.Size],
            (index, _, buffer) =>
            {
                int start = index * batch, rows = Math.Min(batch, count - start);
                for (int row = 0; row < rows; row++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    read(start + row, buffer.AsSpan(row * InputShape.Size, InputShape.Size));
                }
                Run(buffer.AsMemory(0, rows * InputShape.Size), rows, features.Slice(start * Length, rows * Length), cancellation);
                return buffer;
            },
            _ => { });
    }

    /// <summary>The network with a hash layer behind it, as the bytes of a hash model for <see cref="HashEncoder"/>.</summary>
    /// <param name="weight">[bits, <see cref="Length"/>], one row after the other.</param>
    /// <param name="bias">[bits]; a bit is 1 where weight . features + bias is 0 or more.</param>
    /// <param name="method">Name of the method, for the metadata.</param>
    /// <param name="metadata">Further metadata.</param>
    public byte[] ToHashModel(
        ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, string method, IEnumerable<KeyValuePair<string, string>>? metadata = null)
    {
        if (weight.Length != (long)bias.Length * Length)
            throw new ArgumentException(
                $"{bias.Length} bits of {Length} features need {(long)bias.Length * Length} weights, not {weight.Length}.", nameof(weight));
        var graph = new OnnxGraph("ssah", _backbone.Opset);
        HashGraphTail.AppendLayer(graph, AppendFeatures(graph), weight, bias, method);
        foreach ((string key, string value) in metadata ?? [])
            graph.Metadata(key, value);
        return graph.ToBytes();
    }

    /// <summary>The network with a head behind it, as the bytes of a hash model for <see cref="HashEncoder"/>.</summary>
    /// <param name="head">What turns the features into a code.</param>
    /// <param name="method">Name of the method, for the metadata.</param>
    /// <param name="metadata">Further metadata.</param>
    public byte[] ToHashModel(HashHead head, string method, IEnumerable<KeyValuePair<string, string>>? metadata = null)
    {
        var graph = new OnnxGraph("ssah", _backbone.Opset);
        return head.ToHashModel(graph, AppendFeatures(graph), method, metadata);
    }

    /// <summary>Releases the network.</summary>
    public void Dispose() => _session.Dispose();

    private void Run(Memory<float> pixels, int rows, Memory<float> features, CancellationToken cancellation)
    {
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(
            OrtMemoryInfo.DefaultInstance, pixels, [rows, InputShape.Channels, InputShape.Height, InputShape.Width]);
        using OrtValue output = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, features, [rows, Length]);
        using var run = new CancelableRun(cancellation);
        run.Of(_session, [HashModelContract.PixelInput], [input], [FeatureOutput], [output]);
    }

    private (bool HasMaps, int Length) ShapeOfFeatures()
    {
        try
        {
            long[] image = [1, InputShape.Channels, InputShape.Height, InputShape.Width];
            long[] shape = OnnxModels.Shapes(_backbone.Model, _backbone.ImageInput, image, [_backbone.Output])[0];
            return shape is [_, _] or [_, _, _, _]
                ? (shape.Length == 4, (int)shape[1])
                : throw new UnsupportedNetworkException(
                    $"{_backbone.Source}: '{_backbone.Output}' has the shape [{string.Join(", ", shape)}]; [N, F] or [N, C, H, W] is needed.");
        }
        catch (OnnxRuntimeException e)
        {
            throw new UnsupportedNetworkException(
                $"{_backbone.Source} does not run on images of {InputShape.Height}x{InputShape.Width} ({e.Message.Split('\n')[0]}).", e);
        }
    }

    private string AppendFeatures(OnnxGraph graph)
    {
        int channels = InputShape.Channels;
        string value = graph.Input(HashModelContract.PixelInput, -1, channels, InputShape.Height, InputShape.Width);
        if (_preprocessing.Order == ChannelOrder.Bgr)
        {
            long[] reversed = [.. Enumerable.Range(0, channels).Select(c => (long)(channels - 1 - c))];
            value = graph.Op("Gather", [value, graph.Constant(reversed, channels)], ("axis", 1L));
        }
        value = graph.Op("Sub", [value, graph.Constant([.. Enumerable.Range(0, channels).Select(_preprocessing.MeanOf)], 1, channels, 1, 1)]);
        value = graph.Op("Mul", [value, graph.Constant([.. Enumerable.Range(0, channels).Select(_preprocessing.ScaleOf)], 1, channels, 1, 1)]);
        value = graph.Embed(_backbone, value);
        return HasMaps ? graph.Op("Flatten", [graph.Op("GlobalAveragePool", [value])], ("axis", 1L)) : value;
    }
}
