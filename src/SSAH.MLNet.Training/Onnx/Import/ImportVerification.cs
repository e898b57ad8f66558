using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using SSAH.MLNet.Onnx;
using SSAH.MLNet.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Onnx;

/// <summary>Compares an imported graph with ONNX Runtime, before it is trained: at the size of the training, and with the file as it came at the size that it fixes.</summary>
internal static class ImportVerification
{
    /// <summary>Largest difference of a value, as a share of the largest value (and of 1 where all are smaller).</summary>
    public const double Tolerance = 1e-4;

    private const int Images = 2;

    /// <summary>Runs seeded noise through both.</summary>
    /// <param name="reader">The model.</param>
    /// <param name="channels">Channels of its images.</param>
    /// <param name="height">Height that it will be trained at.</param>
    /// <param name="width">Width that it will be trained at.</param>
    /// <returns>The largest difference, as a share of the largest value.</returns>
    /// <exception cref="NotSupportedException">They differ by more than the tolerance, or one of them does not take the size.</exception>
    public static double Check(OnnxBackboneReader reader, long channels, long height, long width)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var network = reader.Build();
        network.eval();
        var graph = reader.Graph;
        double difference = Compare(graph, network, graph.ToBytes(), [1, channels, height, width]);
        if (graph.ImageShape is ({ } fileChannels, { } fileHeight, { } fileWidth))
            difference = Math.Max(difference, Compare(graph, network, graph.AsItCame(), [1, fileChannels, fileHeight, fileWidth]));
        return difference;
    }

    private static double Compare(BackboneGraph graph, OperatorGraph network, byte[] reference, long[] image)
    {
        using var generator = new Generator(1, CPU);
        var images = randn([Images, .. image[1..]], generator: generator);
        float[] ours = Imported(graph, network, images);
        float[] theirs = Reference(graph, reference, images);
        double worst = ours.Length == theirs.Length ? ours.Zip(theirs, (a, b) => (double)Math.Abs(a - b)).Max() : double.PositiveInfinity;
        double relative = worst / Math.Max(1, theirs.Max(Math.Abs));
        // Written so that NaN fails too.
        return relative <= Tolerance
            ? relative
            : throw new NotSupportedException($"{graph.Source}: the imported graph differs from ONNX Runtime by {relative:E1} of its largest value (limit "
                + $"{Tolerance}) at {image[2]}x{image[3]} pixels. It was not trained.");
    }

    private static float[] Imported(BackboneGraph graph, OperatorGraph network, Tensor images)
    {
        try
        {
            return network.forward(images).contiguous().data<float>().ToArray();
        }
        catch (ExternalException e)
        {
            throw Unfit(graph, images, e);
        }
    }

    private static float[] Reference(BackboneGraph graph, byte[] reference, Tensor images)
    {
        try
        {
            using var session = new InferenceSession(reference);
            using var run = new RunOptions();
            var values = new List<float>();
            // One after another, since a file that was exported for one image may have that written into its shapes.
            foreach (float[] image in images.data<float>().ToArray().Chunk((int)images[0].numel()))
            {
                using var input = OrtValue.CreateTensorValueFromMemory(image, [1, .. images.shape[1..]]);
                using var outputs = session.Run(run, [graph.ImageInput], [input], session.OutputNames);
                values.AddRange(outputs[0].GetTensorDataAsSpan<float>());
            }
            return [.. values];
        }
        catch (OnnxRuntimeException e)
        {
            throw Unfit(graph, images, e);
        }
    }

    private static NotSupportedException Unfit(BackboneGraph graph, Tensor images, Exception cause) => new(
        $"{graph.Source} does not run on images of {images.shape[2]}x{images.shape[3]} ({cause.Message.Split('\n')[0]}). "
        + $"If it was made for another size, set {nameof(BackbonePreprocessing)}.{nameof(BackbonePreprocessing.Side)} to that.", cause);
}
