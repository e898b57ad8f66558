using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using SSAH.MLNet.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Onnx;

/// <summary>Compares an imported graph with ONNX Runtime on the original file, before it is trained.</summary>
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
        using var graph = reader.Build();
        using var generator = new Generator(1, CPU);
        var images = randn([Images, channels, height, width], generator: generator);
        graph.eval();
        float[] ours = Imported(reader, graph, images);
        float[] theirs = Reference(reader, images);
        double worst = ours.Length == theirs.Length ? ours.Zip(theirs, (a, b) => (double)Math.Abs(a - b)).Max() : double.PositiveInfinity;
        double relative = worst / Math.Max(1, theirs.Max(Math.Abs));
        // Written so that NaN fails too.
        return relative <= Tolerance
            ? relative
            : throw new NotSupportedException(
                $"{reader.Source}: the imported graph differs from ONNX Runtime by {relative:E1} of its largest value (limit {Tolerance}) at {height}x{width} pixels. It was not trained.");
    }

    private static float[] Imported(OnnxBackboneReader reader, OperatorGraph graph, Tensor images)
    {
        try
        {
            return graph.forward(images).contiguous().data<float>().ToArray();
        }
        catch (ExternalException e)
        {
            throw Unfit(reader, images, e);
        }
    }

    private static float[] Reference(OnnxBackboneReader reader, Tensor images)
    {
        try
        {
            using var session = new InferenceSession(reader.Reference());
            using var run = new RunOptions();
            var values = new List<float>();
            // One after another, since a model that was exported for one image may have that written into its shapes.
            foreach (float[] image in images.data<float>().ToArray().Chunk((int)images[0].numel()))
            {
                using var input = OrtValue.CreateTensorValueFromMemory(image, [1, .. images.shape[1..]]);
                using var outputs = session.Run(run, [reader.ImageInput], [input], session.OutputNames);
                values.AddRange(outputs[0].GetTensorDataAsSpan<float>());
            }
            return [.. values];
        }
        catch (OnnxRuntimeException e)
        {
            throw Unfit(reader, images, e);
        }
    }

    private static NotSupportedException Unfit(OnnxBackboneReader reader, Tensor images, Exception cause) => new(
        $"{reader.Source} does not run on images of {images.shape[2]}x{images.shape[3]} ({cause.Message.Split('\n')[0]}). "
        + $"If it was made for another size, set {nameof(BackbonePreprocessing)}.{nameof(BackbonePreprocessing.Side)} to that.", cause);
}
