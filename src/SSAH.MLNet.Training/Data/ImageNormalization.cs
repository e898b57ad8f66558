namespace SSAH.MLNet.Training.Data;

/// <summary>Mean and standard deviation of each channel, in pixel units (0 to 255).</summary>
internal sealed record ImageNormalization(float[] Mean, float[] Deviation)
{
    private const int LargestSample = 10_000;

    /// <summary>Measures at most 10,000 evenly spaced images of the rows that are trained on.</summary>
    public static ImageNormalization Measure(TrainingSet set)
    {
        int[] rows = [.. set.LabeledRows, .. set.UnlabeledRows];
        int step = (rows.Length + LargestSample - 1) / LargestSample;
        int plane = set.Shape.Height * set.Shape.Width;
        var sum = new double[set.Shape.Channels];
        var squares = new double[set.Shape.Channels];
        long count = 0;
        for (int i = 0; i < rows.Length; i += step, count += plane)
            for (int c = 0; c < sum.Length; c++)
                foreach (byte value in set.Image(rows[i]).Slice(c * plane, plane))
                {
                    sum[c] += value;
                    squares[c] += value * value;
                }
        float[] mean = [.. sum.Select(s => (float)(s / count))];
        // One gray level at least: a constant channel must not be amplified.
        float[] deviation = [.. squares.Select((s, c) => (float)Math.Sqrt(Math.Max(1, s / count - sum[c] / count * (sum[c] / count))))];
        return new ImageNormalization(mean, deviation);
    }
}
