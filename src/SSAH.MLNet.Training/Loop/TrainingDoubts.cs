using System.Globalization;

namespace SSAH.MLNet.Training.Loop;

/// <summary>What seems wrong with a training run that has ended, or with its codes, and what to do.</summary>
internal static class TrainingDoubts
{
    private const int FewSteps = 100;
    private const double UndecidedActivation = 0.5;
    private const double ConstantShare = 0.995;

    // One bit in this many may be constant: with few images, some bit always is.
    private const int BitsForOneConstant = 8;

    /// <summary>One or two sentences per doubt.</summary>
    /// <param name="steps">H-steps that were done.</param>
    /// <param name="epochs">Passes over the rows that these steps amount to.</param>
    /// <param name="activations">Of images from all over the training set, [N, bits].</param>
    /// <param name="bits">Code length.</param>
    public static IEnumerable<string> About(int steps, double epochs, ReadOnlyMemory<float> activations, int bits)
    {
        if (steps < FewSteps || epochs < 1)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"The training ended after {steps} steps, {epochs:F1} passes over the data: codes are rarely good before {FewSteps} "
                + $"steps and one pass. Raise Stopping.TimeBudget, Stopping.MaxSteps or Stopping.Epochs.");
        double mean = 0;
        foreach (float value in activations.Span)
            mean += Math.Abs(value) / activations.Length;
        if (mean < UndecidedActivation)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"The activations are hardly bits: their mean size is {mean:F2}, where 1 is a bit. Train longer, or raise Losses.QuantizationWeight.");
        int constant = ConstantBits(activations.Span, bits);
        if (constant > bits / BitsForOneConstant)
            yield return $"{constant} of {bits} bits are the same for nearly all training images, so that the codes tell few images apart. Label more "
                + "classes or more images of each, lower Optimization.LearningRate, or take fewer Bits.";
    }

    private static int ConstantBits(ReadOnlySpan<float> activations, int bits)
    {
        int rows = activations.Length / bits, constant = 0;
        for (int bit = 0; bit < bits; bit++)
        {
            int ones = 0;
            for (int row = 0; row < rows; row++)
                ones += activations[row * bits + bit] >= 0 ? 1 : 0;
            if (Math.Max(ones, rows - ones) >= ConstantShare * rows)
                constant++;
        }
        return constant;
    }
}
