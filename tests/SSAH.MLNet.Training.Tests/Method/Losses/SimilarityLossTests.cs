using CsCheck;
using SSAH.MLNet.Training.Method;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Method;

public sealed class SimilarityLossTests
{
    private const double Scale = 12;

    /// <summary>The formula of the documentation, one pair at a time.</summary>
    private static double Naive(double[][] codes, double[][] anchors, bool[][] similar, bool[][] valid, int row)
    {
        var sums = new double[2];
        var counts = new int[2];
        for (int j = 0; j < anchors.Length; j++)
        {
            if (!valid[row][j])
                continue;
            double theta = Scale / codes[row].Length * codes[row].Zip(anchors[j], (a, b) => a * b).Sum();
            int kind = similar[row][j] ? 1 : 0;
            sums[kind] += Math.Log(1 + Math.Exp(theta)) - (similar[row][j] ? theta : 0);
            counts[kind]++;
        }
        int kinds = counts.Count(c => c > 0);
        return kinds == 0 ? 0 : sums.Zip(counts, (s, c) => c == 0 ? 0 : s / c).Sum() / kinds;
    }

    [Fact]
    public void Equals_the_naive_loop() => Gen.Select(Gen.Int[1, 6], Gen.Int[1, 7], Gen.Int[1, 9], Gen.Int).Sample((n, m, bits, seed) =>
    {
        using var scope = NewDisposeScope();
        var random = new Random(seed);
        double[][] Codes(int rows) => [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, bits).Select(_ => random.NextDouble() * 2 - 1).ToArray())];
        bool[][] Mask() => [.. Enumerable.Range(0, n).Select(_ => Enumerable.Range(0, m).Select(_ => random.Next(2) == 1).ToArray())];
        var (codes, anchors, similar, valid) = (Codes(n), Codes(m), Mask(), Mask());
        Tensor Of(bool[][] mask) => tensor(mask.SelectMany(r => r).Select(b => b ? 1.0 : 0.0).ToArray(), [n, m]);
        double[] result = SimilarityLoss.PerRow(
            tensor(codes.SelectMany(c => c).ToArray(), [n, bits]), tensor(anchors.SelectMany(c => c).ToArray(), [m, bits]), Of(similar), Of(valid), Scale)
            .data<double>().ToArray();
        for (int i = 0; i < n; i++)
            Assert.Equal(Naive(codes, anchors, similar, valid, i), result[i], 1e-9);
    }, iter: 100);

    [Fact]
    public void Gradient_equals_finite_differences()
    {
        using var scope = NewDisposeScope();
        var anchors = rand(5, 4, dtype: ScalarType.Float64) * 2 - 1;
        var similar = tensor(new double[] { 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0 }, [3, 5]);
        FiniteDifferences.Check(u => SimilarityLoss.PerRow(u, anchors, similar, ones_like(similar), Scale).sum(),
            rand(3, 4, dtype: ScalarType.Float64) * 2 - 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void One_kind_of_pair_only_is_its_own_mean(double kind)
    {
        using var scope = NewDisposeScope();
        var codes = rand(4, 8, dtype: ScalarType.Float64) * 2 - 1;
        var similar = full(4, 4, kind, dtype: ScalarType.Float64);
        var theta = codes.matmul(codes.t()) * (Scale / 8);
        var expected = (nn.functional.softplus(theta, 1, 20) - kind * theta).mean([1]);
        Assert.True(SimilarityLoss.PerRow(codes, codes, similar, ones_like(similar), Scale).allclose(expected));
    }

    [Fact]
    public void A_row_without_valid_pairs_costs_nothing()
    {
        using var scope = NewDisposeScope();
        var codes = rand(1, 8);
        Assert.Equal(0, SimilarityLoss.PerRow(codes, codes, ones(1, 1), zeros(1, 1), Scale).ToSingle());
    }

    [Fact]
    public void Grows_when_a_similar_pair_moves_apart()
    {
        using var scope = NewDisposeScope();
        double At(double agreement) => SimilarityLoss.PerRow(tensor(new[] { 1.0, agreement }, [1, 2]), tensor(new[] { 1.0, 1.0 }, [1, 2]), ones(1, 1),
            ones(1, 1), Scale).ToDouble();
        Assert.True(At(-1) > At(0) && At(0) > At(1));
    }
}
