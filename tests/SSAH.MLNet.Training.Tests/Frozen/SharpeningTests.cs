using SSAH.MLNet.Features;
using SSAH.MLNet.Training.Frozen;

namespace SSAH.MLNet.Training.Tests.Frozen;

public sealed class SharpeningTests
{
    private static FeatureMatrix Probabilities(int rows, int classes, double flatness, int seed)
    {
        var random = new Random(seed);
        var result = new FeatureMatrix(rows, classes);
        for (int row = 0; row < rows; row++)
        {
            for (int c = 0; c < classes; c++)
                result.Row(row)[c] = (float)(flatness + random.NextDouble());
            float sum = result.Row(row).ToArray().Sum();
            for (int c = 0; c < classes; c++)
                result.Row(row)[c] /= sum;
        }
        return result;
    }

    private static double MeanLargest(FeatureMatrix probabilities, Func<int, bool> counts) =>
        Enumerable.Range(0, probabilities.Rows).Where(counts).Average(row => (double)probabilities.Row(row).ToArray().Max());

    private static FeatureMatrix Copy(FeatureMatrix from) => new(from.Rows, from.Columns, [.. from.Values]);

    [Fact]
    public void Rows_become_as_sure_as_asked_on_average_and_keep_their_order()
    {
        FeatureMatrix before = Probabilities(500, 4, 0.2, seed: 1), after = Copy(before);
        double wanted = MeanLargest(before, _ => true) + 0.05;
        double power = Sharpening.Sharpen(after, _ => true, wanted);
        Assert.InRange(power, 1.01, 1.49);
        Assert.Equal(wanted, MeanLargest(after, _ => true), 2e-3);
        for (int row = 0; row < before.Rows; row++)
        {
            float[] old = before.Row(row).ToArray(), now = after.Row(row).ToArray();
            Assert.Equal(1, now.Sum(), 1e-5);
            Assert.Equal(Enumerable.Range(0, 4).OrderBy(c => old[c]), Enumerable.Range(0, 4).OrderBy(c => now[c]));
            // p^power over its sum, written out.
            double sum = old.Sum(p => Math.Pow(p, power));
            Assert.All(Enumerable.Range(0, 4), c => Assert.Equal(Math.Pow(old[c], power) / sum, now[c], 1e-5));
        }
    }

    [Fact]
    public void Only_the_rows_that_count_decide()
    {
        FeatureMatrix rows = Probabilities(400, 3, 0.3, seed: 2);
        for (int row = 0; row < 200; row++)
        {
            rows.Row(row).Clear();
            rows.Row(row)[row % 3] = 1;
        }
        double wanted = MeanLargest(rows, row => row >= 200) + 0.04;
        Sharpening.Sharpen(rows, row => row >= 200, wanted);
        Assert.Equal(wanted, MeanLargest(rows, row => row >= 200), 2e-3);
    }

    [Theory]
    [InlineData(0.99, 1.5)]
    [InlineData(0.1, 1)]
    public void No_more_than_the_power_of_three_halves_and_never_flatter(double wanted, double expected)
    {
        FeatureMatrix rows = Probabilities(200, 5, 1, seed: 3);
        Assert.Equal(expected, Sharpening.Sharpen(rows, _ => true, wanted), 2e-3);
    }

    [Fact]
    public void Where_every_row_has_a_label_nothing_changes()
    {
        FeatureMatrix rows = Probabilities(10, 5, 1, seed: 4), before = Copy(rows);
        Assert.Equal(1, Sharpening.Sharpen(rows, _ => false, 0.9));
        Assert.Equal(before.Values, rows.Values);
    }
}
