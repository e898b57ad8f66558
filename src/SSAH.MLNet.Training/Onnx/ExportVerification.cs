using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Onnx;

/// <summary>Compares an exported model with the network that it came from, before anyone uses it.</summary>
internal static class ExportVerification
{
    /// <summary>Largest difference of an activation between TorchSharp and ONNX Runtime.</summary>
    public const float Tolerance = 1e-4f;

    /// <summary>The same before training, when the hash layer's values are not normalized yet and rounding may show.</summary>
    public const float ToleranceBeforeTraining = 1e-2f;

    // Bits must be equal where |u| is above this many tolerances.
    private const float SureBit = 10;

    /// <summary>Runs evenly spaced images of the training set through both, in float32.</summary>
    /// <param name="model">The exported model.</param>
    /// <param name="network">What it was exported from, on the CPU.</param>
    /// <param name="set">The training set.</param>
    /// <param name="batches">Gives its images as the network takes them.</param>
    /// <param name="images">How many images.</param>
    /// <param name="tolerance">Largest difference that is allowed.</param>
    /// <returns>The largest difference of an activation.</returns>
    /// <exception cref="InvalidOperationException">They differ by more than the tolerance, or in a bit that is clear.</exception>
    public static float Check(byte[] model, HashNetwork network, TrainingSet set, MiniBatchSource batches, int images, float tolerance = Tolerance)
    {
        int count = Math.Min(images, set.Labels.Count);
        int[] rows = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * set.Labels.Count / count))];
        float[] expected = TorchActivations(network, batches, rows);
        var (activations, codes) = OnnxOutputs(model, set, rows);
        float worst = 0;
        int bytes = (network.Bits + 7) / 8;
        for (int i = 0; i < expected.Length; i++)
        {
            worst = Math.Max(worst, Math.Abs(expected[i] - activations[i]));
            int row = i / network.Bits, bit = i % network.Bits;
            bool packed = (codes[row * bytes + bit / 8] >> (bit % 8) & 1) != 0;
            if (Math.Abs(expected[i]) > SureBit * tolerance && packed != expected[i] >= 0)
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                    $"The exported model has bit {bit} of row {rows[row]} wrong (activation {expected[i]})."));
        }
        return worst <= tolerance
            ? worst
            : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"The exported model differs from the trained network by {worst}, more than {tolerance}."));
    }

    private static float[] TorchActivations(HashNetwork network, MiniBatchSource batches, int[] rows)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var computeType = network.ComputeType;
        network.ComputeType = ScalarType.Float32;
        network.eval();
        float[] values = network.Encode(batches.Plain(rows).cpu()).data<float>().ToArray();
        network.ComputeType = computeType;
        return values;
    }

    private static (float[] Activations, byte[] Codes) OnnxOutputs(byte[] model, TrainingSet set, int[] rows)
    {
        float[] pixels = new float[rows.Length * set.Shape.Size];
        for (int i = 0; i < rows.Length; i++)
        {
            var image = set.Image(rows[i]);
            for (int p = 0; p < image.Length; p++)
                pixels[i * image.Length + p] = image[p];
        }
        using var session = ExecutionDevice.Cpu.Open(model);
        using var run = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(pixels, [rows.Length, set.Shape.Channels, set.Shape.Height, set.Shape.Width]);
        using var outputs = session.Run(run, [HashModelContract.PixelInput], [input], [HashModelContract.ActivationOutput, HashModelContract.CodeOutput]);
        return (outputs[0].GetTensorDataAsSpan<float>().ToArray(), outputs[1].GetTensorDataAsSpan<byte>().ToArray());
    }
}
