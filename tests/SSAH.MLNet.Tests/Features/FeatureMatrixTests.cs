using SSAH.MLNet.Features;

namespace SSAH.MLNet.Tests.Features;

public sealed class FeatureMatrixTests
{
    private static FeatureMatrix Random(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        return new FeatureMatrix(rows, columns, [.. Enumerable.Range(0, rows * columns).Select(_ => (float)(random.NextDouble() - 0.5))]);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 5, 2)]
    [InlineData(700, 9, 17)]
    public void Products_are_those_of_plain_loops(int n, int d, int k)
    {
        FeatureMatrix left = Random(n, d, 1), right = Random(d, k, 2), tall = Random(n, k, 3);
        FeatureMatrix product = left.Times(right), transposed = left.TransposedTimes(tall);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < k; j++)
                Assert.Equal(Enumerable.Range(0, d).Sum(m => (double)left.Row(i)[m] * right.Row(m)[j]), product.Row(i)[j], 1e-4);
        for (int i = 0; i < d; i++)
            for (int j = 0; j < k; j++)
                Assert.Equal(Enumerable.Range(0, n).Sum(m => (double)left.Row(m)[i] * tall.Row(m)[j]), transposed.Row(i)[j], 1e-3);
    }

    [Fact]
    public void Rows_are_equal_where_none_differs_in_any_column()
    {
        var same = new FeatureMatrix(5, 3, [.. Enumerable.Repeat(new[] { 0.5f, -1f, 2f }, 5).SelectMany(row => row)]);
        Assert.True(same.HasEqualRows);
        Assert.True(new FeatureMatrix(1, 3).HasEqualRows);
        for (int i = 3; i < same.Values.Length; i++)
        {
            float kept = same.Values[i];
            same.Values[i] += 1;
            Assert.False(same.HasEqualRows);
            same.Values[i] = kept;
        }
    }

    [Fact]
    public void Directions_have_length_one_and_zeros_stay_zeros()
    {
        FeatureMatrix rows = Random(10, 6, 4);
        rows.Row(3).Fill(0.25f);
        float[] offset = [.. Enumerable.Repeat(0.25f, 6)];
        FeatureMatrix directions = rows.Directions(offset);
        for (int row = 0; row < 10; row++)
        {
            float length = 0;
            foreach (float value in directions.Row(row))
                length += value * value;
            Assert.Equal(row == 3 ? 0f : 1f, length, 1e-5f);
        }
    }

    [Fact]
    public void A_sample_keeps_the_order_of_the_rows_and_takes_each_once()
    {
        var rows = new FeatureMatrix(50, 1, [.. Enumerable.Range(0, 50).Select(i => (float)i)]);
        float[] sample = rows.Sample(20, seed: 5).Values;
        Assert.Equal(20, sample.Distinct().Count());
        Assert.Equal(sample.Order(), sample);
        Assert.Same(rows, rows.Sample(50, seed: 5));
    }
}
