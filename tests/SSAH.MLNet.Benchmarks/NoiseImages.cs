using SSAH.MLNet.Training.Data;

namespace SSAH.MLNet.Benchmarks;

/// <summary>Images of noise, where only the time counts.</summary>
internal static class NoiseImages
{
    public const int Side = 32, Classes = 10;

    public static PixelShape Shape { get; } = new(3, Side, Side);

    /// <summary>A training set of which every second row has a label.</summary>
    public static TrainingSet Set(int rows)
    {
        var builder = new TrainingSet.Builder(Shape);
        var random = new Random(1);
        for (int row = 0; row < rows; row++)
            random.NextBytes(builder.Add(row % 2 == 0 ? [row / 2 % Classes] : []));
        return builder.Build(Classes, multiLabel: false, names: null, validationFraction: 0, seed: 1);
    }
}
