using CsCheck;
using SSAH.MLNet.Training.Method;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Method;

public sealed class GradedSimilarityLossTests
{
    private const double Scale = 12;

    /// <summary>The formula of the documentation, one pair at a time.</summary>
    private static double Naive(double[][] codes, double[][] anchors, double[][] degrees, double[][] valid, int row)
    {
        double sum = 0;
        int count = 0;
        for (int j = 0; j < anchors.Length; j++)
        {
            if (valid[row][j] == 0)
                continue;
            double agreement = codes[row].Zip(anchors[j], (a, b) => a * b).Average();
            sum += Math.Pow(agreement - degrees[row][j], 2);
            count++;
        }
        return count == 0 ? 0 : Scale * sum / count;
    }

    [Fact]
    public void Equals_the_naive_loop() => Gen.Select(Gen.Int[1, 6], Gen.Int[1, 7], Gen.Int[1, 9], Gen.Int).Sample((n, m, bits, seed) =>
    {
        using var scope = NewDisposeScope();
        var random = new Random(seed);
        double[][] Rows(int rows, int columns, Func<double> value) =>
            [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, columns).Select(_ => value()).ToArray())];
        Tensor Of(double[][] rows) => tensor(rows.SelectMany(r => r).ToArray(), [rows.Length, rows[0].Length]);
        double[][] codes = Rows(n, bits, () => random.NextDouble() * 2 - 1), anchors = Rows(m, bits, () => random.NextDouble() * 2 - 1);
        double[][] degrees = Rows(n, m, random.NextDouble), valid = Rows(n, m, () => random.Next(2));
        double[] result = GradedSimilarityLoss.PerRow(Of(codes), Of(anchors), Of(degrees), Of(valid), Scale).data<double>().ToArray();
        for (int i = 0; i < n; i++)
            Assert.Equal(Naive(codes, anchors, degrees, valid, i), result[i], 1e-9);
    }, iter: 100);

    [Fact]
    public void Gradient_equals_finite_differences()
    {
        using var scope = NewDisposeScope();
        var anchors = rand(5, 4, dtype: ScalarType.Float64) * 2 - 1;
        var degrees = rand(3, 5, dtype: ScalarType.Float64);
        FiniteDifferences.Check(u => GradedSimilarityLoss.PerRow(u, anchors, degrees, ones_like(degrees), Scale).sum(),
            rand(3, 4, dtype: ScalarType.Float64) * 2 - 1);
    }

    [Fact]
    public void Is_zero_where_the_Hamming_distances_say_the_degrees()
    {
        using var scope = NewDisposeScope();
        // To the first code: the same, one bit of eight away (agreement 6/8), half of the bits away.
        var codes = tensor(new float[] { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, 1, 1, 1, 1, -1, -1, -1, -1 }, [3, 8]);
        var degrees = tensor(new[] { 1, 0.75f, 0 }, [1, 3]);
        Assert.Equal(0, GradedSimilarityLoss.PerRow(codes.narrow(0, 0, 1), codes, degrees, ones(1, 3), Scale).ToSingle());
    }
}
