using SSAH.MLNet.Training.Loop;

namespace SSAH.MLNet.Training.Tests.Loop;

public sealed class ValidationFiguresTests
{
    [Fact]
    public void With_several_labels_NDCG_decides_and_with_one_mAP()
    {
        Assert.Equal(0.6, new ValidationFigures(0.8, 0.6).Criterion);
        Assert.Equal(0.8, new ValidationFigures(0.8, null).Criterion);
    }
}
