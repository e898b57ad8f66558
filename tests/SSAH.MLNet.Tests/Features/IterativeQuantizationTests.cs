using SSAH.MLNet.Features;

namespace SSAH.MLNet.Tests.Features;

public sealed class IterativeQuantizationTests
{
    private static FeatureMatrix Centered(int rows, int dimensions, int seed)
    {
        var (features, _) = Clusters.Draw(rows, dimensions, 5, seed);
        return features.Directions(features.Mean());
    }

    private static double QuantizationError(FeatureMatrix vectors, FeatureMatrix projection)
    {
        FeatureMatrix components = vectors.Times(projection);
        return components.Values.Average(value => Math.Pow(Math.Sign(value) - value, 2));
    }

    [Fact]
    public void The_projection_is_orthonormal_within_the_principal_subspace()
    {
        FeatureMatrix vectors = Centered(400, 12, seed: 3), projection = IterativeQuantization.Learn(vectors, 6, seed: 1);
        FeatureMatrix products = projection.TransposedTimes(projection);
        for (int i = 0; i < 6; i++)
            for (int j = 0; j < 6; j++)
                Assert.Equal(i == j ? 1f : 0f, products.Row(i)[j], 1e-4f);
        double kept = vectors.Times(projection).Values.Sum(value => (double)value * value), best = vectors.TransposedTimes(vectors).Eigen().Values
            .Take(6).Sum();
        Assert.Equal(best, kept, best * 1e-3);
    }

    [Fact]
    public void Rotating_does_not_raise_the_quantization_error_of_the_components()
    {
        FeatureMatrix vectors = Centered(400, 12, seed: 4);
        var components = FeatureMatrix.From(vectors.TransposedTimes(vectors).Eigen().Vectors.SubMatrix(0, 12, 0, 8));
        double plain = QuantizationError(vectors, components), rotated = QuantizationError(vectors, IterativeQuantization.Learn(vectors, 8, seed: 1));
        Assert.True(rotated < plain, $"{rotated} is not below {plain}");
    }

    [Theory]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(300)]
    public void There_may_be_more_bits_than_dimensions(int bits)
    {
        FeatureMatrix projection = IterativeQuantization.Learn(Centered(100, 12, seed: 5), bits, seed: 1);
        Assert.Equal((12, bits), (projection.Rows, projection.Columns));
        Assert.Equal(bits, Enumerable.Range(0, bits).Select(bit => string.Join(' ', Enumerable.Range(0, 12).Select(i => projection.Row(i)[bit])))
            .Distinct().Count());
    }

    [Fact]
    public void The_same_seed_gives_the_same_projection() =>
        Assert.Equal(IterativeQuantization.Learn(Centered(200, 10, seed: 6), 5, seed: 7).Values,
            IterativeQuantization.Learn(Centered(200, 10, seed: 6), 5, seed: 7).Values);
}
