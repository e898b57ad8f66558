using CsCheck;
using SSAH.MLNet.Training.Method;

namespace SSAH.MLNet.Training.Tests.Method;

public sealed class SelfPacedPolicyTests
{
    private static readonly PacingRange s_range = new(0.2, 1, 0.08, 0.33, 10, 30, FastestRamp: 0.5, RisingLossShare: 0.5);

    [Fact]
    public void Starts_easy_and_reaches_the_top_in_the_fastest_ramp_when_H_Net_copes()
    {
        var policy = new SelfPacedPolicy(s_range, null);
        Assert.Equal((0.2, 0.08, 10), (policy.Margin, policy.Area, policy.AngleDegrees));
        for (int i = 0; i < 49; i++)
            policy.Observe(0, 0, 0.01);
        Assert.Equal(0.98, policy.Level, 1e-9);
        policy.Observe(0, 0, 0.01);
        policy.Observe(0, 0, 0.01);
        Assert.Equal((1, 0.33, 30), (policy.Margin, policy.Area, policy.AngleDegrees));
    }

    [Fact]
    public void Holds_while_H_Net_does_not_cope_and_goes_on_when_it_does()
    {
        var policy = new SelfPacedPolicy(s_range, null);
        for (int i = 0; i < 100; i++)
            policy.Observe(6, 1, 0.01);
        Assert.Equal(0, policy.Level);
        Assert.Equal(5, policy.Gap, 1e-9);
        for (int i = 0; i < 100; i++)
            policy.Observe(0, 0, 0.01);
        Assert.True(policy.Level > 0);
    }

    [Fact]
    public void A_network_that_knows_nothing_does_not_cope_however_small_the_margin()
    {
        var policy = new SelfPacedPolicy(s_range, null);
        for (int i = 0; i < 100; i++)
            policy.Observe(3.01, 3, 0.01);
        Assert.Equal(0, policy.Level);
        // The same margin, but half of the first loss.
        for (int i = 0; i < 100; i++)
            policy.Observe(1.41, 1.4, 0.01);
        Assert.True(policy.Level > 0);
    }

    [Fact]
    public void Never_falls_and_stays_in_range() => Gen.Select(Gen.Double[0, 2], Gen.Double[0, 2]).Array[1, 200].Sample(steps =>
    {
        var policy = new SelfPacedPolicy(s_range, null);
        double last = 0;
        foreach (var (hard, easy) in steps)
        {
            policy.Observe(hard, easy, 0.02);
            Assert.InRange(policy.Level, last, 1);
            last = policy.Level;
        }
    });

    [Fact]
    public void A_fixed_difficulty_does_not_move()
    {
        var policy = new SelfPacedPolicy(s_range, 0.5);
        policy.Observe(0, 0, 0.5);
        Assert.Equal(0.5, policy.Level);
        Assert.Equal(0.6, policy.Margin, 1e-12);
    }

    [Fact]
    public void The_running_mean_equals_the_weighted_mean_of_what_was_observed()
    {
        var policy = new SelfPacedPolicy(s_range, null);
        double[] gaps = [1, 3, -2];
        foreach (double gap in gaps)
            policy.Observe(gap + 2, 2, 0.1);
        double[] weights = [0.95 * 0.95, 0.95, 1];
        Assert.Equal(gaps.Zip(weights, (g, w) => g * w).Sum() / weights.Sum(), policy.Gap, 1e-9);
    }

    [Fact]
    public void A_difficulty_that_is_not_finite_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SelfPacedPolicy(s_range, null).Observe(double.NaN, 1, 0.1));
}
