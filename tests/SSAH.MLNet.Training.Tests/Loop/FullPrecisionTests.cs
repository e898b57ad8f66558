using SSAH.MLNet.Training.Loop;
using TorchSharp;

namespace SSAH.MLNet.Training.Tests.Loop;

public sealed class FullPrecisionTests
{
    private static (bool Convolutions, bool Products) Rounded
    {
        get => (torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32);
        set => (torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32) = value;
    }

    [Fact]
    public void Nothing_is_rounded_until_the_last_comparison_ends()
    {
        var before = Rounded;
        try
        {
            Rounded = (true, false);
            var (first, second) = (FullPrecision.Start(), FullPrecision.Start());
            Assert.Equal((false, false), Rounded);
            first.Dispose();
            Assert.Equal((false, false), Rounded);
            second.Dispose();
            Assert.Equal((true, false), Rounded);
        }
        finally
        {
            Rounded = before;
        }
    }
}
