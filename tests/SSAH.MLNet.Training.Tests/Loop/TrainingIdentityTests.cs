using SSAH.MLNet.Training.Loop;
using SSAH.MLNet.Training.Tests.Trainer;

namespace SSAH.MLNet.Training.Tests.Loop;

public sealed class TrainingIdentityTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_checkpoint_from_before_an_option_goes_on_with_what_was_done_then(bool average)
    {
        var options = Images.Options();
        options.Augmentation.MirrorAverage = average;
        var now = TrainingIdentity.Of(options, Images.Set(12, labeledEvery: 2), 1, "Float32");
        Assert.Empty(now.ContradictionsTo(now));
        var before = now with { Options = now.Options.Where(option => option.Key != "Augmentation.MirrorAverage").ToDictionary() };
        Assert.Equal(average ? ["Augmentation.MirrorAverage is true, in the checkpoint false."] : [], now.ContradictionsTo(before));
    }
}
