using CsCheck;
using SSAH.MLNet.Reports.Charts;

namespace SSAH.MLNet.Reports.Tests.Charts;

public sealed class AxisTests
{
    [Fact]
    public void Ticks_are_few_rising_and_inside_for_any_range() =>
        Gen.Select(Gen.Double[-1e6, 1e6], Gen.Double[1e-3, 1e9], Gen.Bool, Gen.Bool).Sample((low, range, rounded, whole) =>
        {
            Axis axis = rounded ? Axis.Round(low, low + range, 0, 100) : Axis.Exact(low, low + range, 0, 100, whole: whole);
            double[] ticks = [.. axis.Ticks()];
            Assert.InRange(ticks.Length, 0, 8);
            for (int i = 0; i < ticks.Length; i++)
            {
                Assert.InRange(ticks[i], axis.Low - (range * 1e-6), axis.High + (range * 1e-6));
                Assert.True(i == 0 || ticks[i] > ticks[i - 1]);
            }

            if (rounded)
            {
                Assert.True(axis.Low <= low + (range * 1e-6) && axis.High >= low + (range * (1 - 1e-6)));
                Assert.InRange(ticks.Length, 2, 8);
            }
        });

    [Theory]
    [InlineData(0, 1, "0.0|0.2|0.4|0.6|0.8|1.0")]
    [InlineData(0, 23, "0|5|10|15|20|25")]
    [InlineData(0, 0.04, "0.00|0.01|0.02|0.03|0.04")]
    [InlineData(-1, 1, "-1.0|-0.5|0.0|0.5|1.0")]
    [InlineData(0, 42000, "0|10,000|20,000|30,000|40,000|50,000")]
    public void Round_axes_have_round_labels(double low, double high, string labels)
    {
        Axis axis = Axis.Round(low, high, 0, 1);
        Assert.Equal(labels, string.Join('|', axis.Ticks().Select(axis.Label)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(-2e5)]
    public void Range_of_one_value_is_widened(double value)
    {
        Axis axis = Axis.Exact(value, value, 0, 10);
        Assert.Equal(5, axis.At(value), 6);
        Assert.True(axis.Ticks().Any());
    }
}
