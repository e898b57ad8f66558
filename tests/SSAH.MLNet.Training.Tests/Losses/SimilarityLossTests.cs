using CsCheck;
using SSAH.MLNet.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Losses;

public sealed class SimilarityLossTests
{
    private const double Scale = 12;

    /// <summary>The formula of the documentation, one pair at a time.</summary>
    private static double Naive(double[][] codes, double[][] anchors, double[][] similar, bool[][] valid, int row)
    {
        var sums = new double[2];
        var weights = new double[2];
        for (int j = 0; j < anchors.Length; j++)
        {
            if (!valid[row][j])
                continue;
            double theta = Scale / codes[row].Length * codes[row].Zip(anchors[j], (a, b) => a * b).Sum();
            double s = similar[row][j];
            sums[1] += s * -Math.Log(1 / (1 + Math.Exp(-theta)));
            sums[0] += (1 - s) * -Math.Log(1 - 1 / (1 + Math.Exp(-theta)));
            weights[1] += s;
            weights[0] += 1 - s;
        }
        int kinds = weights.Count(w => w > 0);
        return kinds == 0 ? 0 : sums.Zip(weights, (sum, w) => w == 0 ? 0 : sum / w).Sum() / kinds;
    }

    [Fact]
    public void Equals_the_naive_loop() => Gen.Select(Gen.Int[1, 6], Gen.Int[1, 7], Gen.Int[1, 9], Gen.Int).Sample((n, m, bits, seed) =>
    {
        using var scope = NewDisposeScope();
        var random = new Random(seed);
        T[][] Rows<T>(int rows, int columns, Func<T> value) => [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, columns).Select(_ => value()).ToArray())];
        double[][] Codes(int rows) => Rows(rows, bits, () => random.NextDouble() * 2 - 1);
        // As with labels: often 0 or 1, sometimes between.
        var (codes, anchors, similar) = (Codes(n), Codes(m), Rows(n, m, () => random.Next(3) is var kind && kind < 2 ? kind : random.NextDouble()));
        var valid = Rows(n, m, () => random.Next(2) == 1);
        double[] result = SimilarityLoss.PerRow(
            tensor(codes.SelectMany(c => c).ToArray(), [n, bits]), tensor(anchors.SelectMany(c => c).ToArray(), [m, bits]), tensor(similar.SelectMany(r => r).ToArray(), [n, m]),
            tensor(valid.SelectMany(r => r).Select(b => b ? 1.0 : 0.0).ToArray(), [n, m]), Scale).data<double>().ToArray();
        for (int i = 0; i < n; i++)
            Assert.Equal(Naive(codes, anchors, similar, valid, i), result[i], 1e-9);
    }, iter: 100);

    [Fact]
    public void Gradient_equals_finite_differences()
    {
        using var scope = NewDisposeScope();
        var anchors = rand(5, 4, dtype: ScalarType.Float64) * 2 - 1;
        var similar = tensor(new double[] { 1, 0, 0, 1, 0, 0, 0, 1, 0.3, 0.7, 0, 0, 0, 0, 0 }, [3, 5]);
        FiniteDifferences.Check(u => SimilarityLoss.PerRow(u, anchors, similar, ones_like(similar), Scale).sum(), rand(3, 4, dtype: ScalarType.Float64) * 2 - 1);
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
    public void The_more_similar_a_pair_the_closer_its_best_codes()
    {
        using var scope = NewDisposeScope();
        // The agreement with the pair in question is sought; those with a similar and with a dissimilar anchor stay as they are.
        var anchors = eye(3, dtype: ScalarType.Float64);
        double Best(double degree) => Enumerable.Range(-100, 201).Select(i => i / 100.0).MinBy(agreement => SimilarityLoss.PerRow(
            tensor(new[] { agreement, 1.0, -1.0 }, [1, 3]), anchors, tensor(new[] { degree, 1.0, 0.0 }, [1, 3]), ones(1, 3, dtype: ScalarType.Float64), Scale).ToDouble());
        double[] best = [Best(0.25), Best(0.5), Best(0.75)];
        Assert.True(best[0] < best[1] && best[1] < best[2], string.Join(", ", best));
        Assert.Equal(0, best[1], 1e-9);
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
        double At(double agreement) => SimilarityLoss.PerRow(tensor(new[] { 1.0, agreement }, [1, 2]), tensor(new[] { 1.0, 1.0 }, [1, 2]), ones(1, 1), ones(1, 1), Scale).ToDouble();
        Assert.True(At(-1) > At(0) && At(0) > At(1));
    }
}
