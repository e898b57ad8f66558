using SSAH.MLNet.Training.Loop;

namespace SSAH.MLNet.Training.Tests.Loop;

public sealed class TrainingDoubtsTests
{
    private const int Bits = 16;

    // Codes in which every bit is as often 1 as 0, but for the given number of constant ones.
    private static float[] Activations(float size, int constant)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, 400).SelectMany(_ => Enumerable.Range(0, Bits).Select(bit => bit < constant || random.Next(2) == 0 ? size : -size))];
    }

    [Fact]
    public void A_long_training_with_balanced_bits_raises_none() => Assert.Empty(TrainingDoubts.About(100, 1, Activations(0.9f, constant: 2), Bits));

    [Theory]
    [InlineData(99, 5, 0.9, 0, "after 99 steps")]
    [InlineData(500, 0.5, 0.9, 0, "0.5 passes")]
    [InlineData(500, 5, 0.2, 0, "mean size is 0.20")]
    [InlineData(500, 5, 0.9, 3, "3 of 16 bits")]
    public void Each_doubt_says_what_was_seen(int steps, double epochs, double size, int constant, string expected) =>
        Assert.Contains(expected, Assert.Single(TrainingDoubts.About(steps, epochs, Activations((float)size, constant), Bits)), StringComparison.Ordinal);
}
