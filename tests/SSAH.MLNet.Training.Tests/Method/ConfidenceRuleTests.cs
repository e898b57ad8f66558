using SSAH.MLNet.Training.Method;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Method;

public sealed class ConfidenceRuleTests
{
    private static bool[] Ask(ConfidenceRule rule, params double[][] probabilities)
    {
        using var scope = NewDisposeScope();
        var table = tensor([.. probabilities.SelectMany(p => p)], [probabilities.Length, probabilities[0].Length]);
        return rule.Sure(table.amax([1]), table).data<bool>().ToArray();
    }

    private static bool Reaches(ConfidenceRule rule, double confidence)
    {
        using var scope = NewDisposeScope();
        return rule.Reaches(tensor(confidence)).ToBoolean();
    }

    [Fact]
    public void A_fixed_threshold_stays()
    {
        using var rule = new ConfidenceRule(0.8);
        for (int i = 0; i < 3; i++)
            Assert.Equal([true, false], Ask(rule, [0.8, 0.2], [0.3, 0.7]));
        Assert.True(Reaches(rule, 0.8) && !Reaches(rule, 0.799));
    }

    [Fact]
    public void The_first_batch_is_measured_by_its_own_mean()
    {
        using var rule = new ConfidenceRule(null);
        // Mean confidence 0.8; both classes are thought of equally often.
        Assert.Equal([true, false, true, false], Ask(rule, [0.9, 0.1], [0.7, 0.3], [0.1, 0.9], [0.3, 0.7]));
        Assert.True(Reaches(rule, 0.8001) && !Reaches(rule, 0.7999));
    }

    [Fact]
    public void The_threshold_follows_a_teacher_that_grows_surer()
    {
        using var rule = new ConfidenceRule(null);
        Ask(rule, [0.6, 0.4], [0.4, 0.6]);
        Assert.True(Reaches(rule, 0.61));
        for (int i = 0; i < 200; i++)
            Ask(rule, [0.95, 0.05], [0.05, 0.95]);
        Assert.True(Reaches(rule, 0.95) && !Reaches(rule, 0.94));
    }

    [Fact]
    public void A_class_that_the_teacher_seldom_thinks_of_needs_less()
    {
        using var rule = new ConfidenceRule(null);
        // Class 1 has a third of the mean probability of class 0, so a third of the threshold of about 0.83 is asked of it.
        Assert.Equal([false, true, true, true], Ask(rule, [0.8, 0.2], [0.9, 0.1], [0.95, 0.05], [0.35, 0.65]));
    }

    [Fact]
    public void Without_classes_the_mean_alone_decides()
    {
        using var rule = new ConfidenceRule(null);
        using var confidence = tensor(new double[] { 0.2, 0.6, 0.7 });
        using var sure = rule.Sure(confidence, null);
        Assert.Equal([false, true, true], sure.data<bool>().ToArray());
    }
}
