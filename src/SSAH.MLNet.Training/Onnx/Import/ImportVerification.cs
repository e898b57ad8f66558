using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Onnx;
using SSAH.MLNet.Training.Networks;
using TorchSharp;
using TensorElementType = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Onnx;

/// <summary>
/// Compares an imported graph with ONNX Runtime, before it is trained: at the size of the training, and with the file as it came at the size that it
/// fixes.
/// </summary>
internal static class ImportVerification
{
    /// <summary>Largest difference of a value, as a share of the largest value (and of 1 where all are smaller).</summary>
    public const double Tolerance = 1e-4;

    /// <summary>The same where the file as it came computes in half precision.</summary>
    public const double HalfPrecisionTolerance = 2e-2;

    private const int Images = 2;
    private const int FurtherSides = 64;

    /// <summary>Runs seeded noise through both.</summary>
    /// <param name="reader">The model.</param>
    /// <param name="channels">Channels of its images.</param>
    /// <param name="height">Height that it will be trained at.</param>
    /// <param name="width">Width that it will be trained at.</param>
    /// <returns>The largest difference, as a share of the largest value.</returns>
    /// <exception cref="UnsupportedNetworkException">They differ by more than the tolerance, or one of them does not take the size.</exception>
    public static double Check(OnnxBackboneReader reader, long channels, long height, long width)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var network = reader.Build();
        network.eval();
        var graph = reader.Graph;
        var prepared = new Reference(graph.ToBytes(), graph.ImageInput, (image, shape) => OrtValue.CreateTensorValueFromMemory(image, shape));
        double difference = Compare(graph, network, prepared, [1, channels, height, width], Tolerance);
        if (graph.ImageShape is not ({ } fileChannels, { } fileHeight, { } fileWidth))
            return difference;
        var (model, input, valueOf) = graph.AsItCame();
        double original = Compare(
            graph, network, new Reference(model, input, valueOf), [1, fileChannels, fileHeight, fileWidth], graph.WasHalfPrecision
                ? HalfPrecisionTolerance : Tolerance);
        return graph.WasHalfPrecision ? difference : Math.Max(difference, original);
    }

    private static double Compare(BackboneGraph graph, OperatorGraph network, Reference reference, long[] image, double tolerance)
    {
        using var generator = new Generator(1, CPU);
        var images = graph.TakesBytes
            ? randint(0, 256, [Images, .. image[1..]], dtype: ScalarType.Float32, generator: generator)
            : randn([Images, .. image[1..]], generator: generator);
        var (ours, ourShape) = Imported(graph, network, images);
        var (theirs, theirShape) = Run(graph, network, reference, images);
        // A file that was exported for one image may have dropped the batch.
        bool areAlike = ours.Length == theirs.Length && (ourShape.Length != theirShape.Length || ourShape.AsSpan(1).SequenceEqual(theirShape.AsSpan(1)));
        double worst = areAlike ? ours.Zip(theirs, (a, b) => (double)Math.Abs(a - b)).Max() : double.PositiveInfinity;
        double relative = worst / Math.Max(1, theirs.Max(Math.Abs));
        // Written so that NaN fails too.
        return relative <= tolerance
            ? relative
            : throw new UnsupportedNetworkException(string.Create(CultureInfo.InvariantCulture,
                $"{graph.Source}: the imported graph differs from ONNX Runtime by {relative:E1} of its largest value (limit "
                + $"{tolerance}) at {image[2]}x{image[3]} pixels. It was not trained."));
    }

    private static (float[] Values, long[] Shape) Imported(BackboneGraph graph, OperatorGraph network, Tensor images)
    {
        try
        {
            var value = network.forward(images).contiguous();
            return (value.data<float>().ToArray(), value.shape);
        }
        catch (ExternalException e)
        {
            throw Unfit(graph, network, images, e);
        }
    }

    private static (float[] Values, long[] Shape) Run(BackboneGraph graph, OperatorGraph network, Reference reference, Tensor images)
    {
        try
        {
            using var session = OnnxModels.Open(reference.Model);
            using var run = new RunOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
            var values = new List<float>();
            long[] shape = [];
            // One after another: a file that was exported for a single image may have that fixed in its shapes.
            foreach (float[] image in images.data<float>().ToArray().Chunk((int)images[0].numel()))
            {
                using var input = reference.ValueOf(image, [1, .. images.shape[1..]]);
                using var outputs = session.Run(run, [reference.Input], [input], session.OutputNames);
                var info = outputs[0].GetTensorTypeAndShape();
                shape = info.Shape;
                values.AddRange(info.ElementDataType == TensorElementType.Float16
                    ? Array.ConvertAll(outputs[0].GetTensorDataAsSpan<Float16>().ToArray(), half => (float)half)
                    : outputs[0].GetTensorDataAsSpan<float>());
            }
            return ([.. values], shape);
        }
        catch (Exception e) when (e is OnnxRuntimeException or DamagedFileException)
        {
            throw Unfit(graph, network, images, e);
        }
    }

    private static UnsupportedNetworkException Unfit(BackboneGraph graph, OperatorGraph network, Tensor images, Exception cause)
    {
        var (channels, height, width) = (images.shape[1], images.shape[2], images.shape[3]);
        long side = Enumerable.Range(1, FurtherSides)
            .Select(more => Math.Max(height, width) + more).FirstOrDefault(further => Takes(network, channels, further));
        return new UnsupportedNetworkException($"{graph.Source} does not run on images of {height}x{width} ({cause.Message.Split('\n')[0]}). "
            + (side > 0
                ? $"The next larger ones that it takes are {side}x{side}: set {nameof(BackbonePreprocessing)}.{nameof(BackbonePreprocessing.Side)} to "
                    + $"{side}, or resize the images to that."
                : $"If it was made for another size, set {nameof(BackbonePreprocessing)}.{nameof(BackbonePreprocessing.Side)} to that."), cause);
    }

    private static bool Takes(OperatorGraph network, long channels, long side)
    {
        try
        {
            network.Shapes(channels, side, side);
            return true;
        }
        catch (ExternalException)
        {
            return false;
        }
    }

    private sealed record Reference(byte[] Model, string Input, Func<float[], long[], OrtValue> ValueOf);
}
