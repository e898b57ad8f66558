using MathNet.Numerics.LinearAlgebra;
using Microsoft.ML.OnnxRuntime;

namespace SSAH.MLNet.Experiments;

/// <summary>Images as vectors, one a row.</summary>
internal static class FeatureVectors
{
    private const int Batch = 64;

    /// <summary>The pixels themselves, from 0 to 1.</summary>
    public static Matrix<float> Pixels(ExperimentData data, IReadOnlyList<int> rows)
    {
        var result = Matrix<float>.Build.Dense(rows.Count, data.Images.BytesPerImage);
        for (int i = 0; i < rows.Count; i++)
        {
            var pixels = data.Images.PixelsOf(rows[i]);
            for (int p = 0; p < pixels.Length; p++)
                result[i, p] = pixels[p] / 255f;
        }
        return result;
    }

    /// <summary>Features of a backbone that takes RGB from -1 to 1; images are enlarged to <paramref name="side"/> by repeating pixels.</summary>
    public static Matrix<float> Backbone(ExperimentData data, IReadOnlyList<int> rows, string path, int side)
    {
        using var session = new InferenceSession(path);
        using var run = new RunOptions();
        string input = session.InputNames[0];
        Matrix<float>? result = null;
        float[] values = new float[Batch * 3 * side * side];
        for (int start = 0; start < rows.Count; start += Batch)
        {
            int count = Math.Min(Batch, rows.Count - start);
            for (int i = 0; i < count; i++)
                Enlarge(data, rows[start + i], side, values.AsSpan(i * 3 * side * side));
            using var tensor = OrtValue.CreateTensorValueFromMemory(values[..(count * 3 * side * side)], [count, 3, side, side]);
            using var outputs = session.Run(run, [input], [tensor], ["features"]);
            var features = outputs[0].GetTensorDataAsSpan<float>();
            int size = features.Length / count;
            result ??= Matrix<float>.Build.Dense(rows.Count, size);
            for (int i = 0; i < features.Length; i++)
                result[start + i / size, i % size] = features[i];
        }
        return result!;
    }

    private static void Enlarge(ExperimentData data, int row, int side, Span<float> target)
    {
        var pixels = data.Images.PixelsOf(row);
        int plane = side * side;
        for (int y = 0; y < side; y++)
            for (int x = 0; x < side; x++)
            {
                int source = (y * data.Images.Height / side * data.Images.Width + x * data.Images.Width / side) * 3;
                for (int c = 0; c < 3; c++)
                    target[c * plane + y * side + x] = pixels[source + c] / 127.5f - 1;
            }
    }
}
