using System.Globalization;

namespace SSAH.MLNet;

/// <summary>Training met a loss that is not a finite number. Its checkpoints, where it wrote any, are kept.</summary>
public sealed class TrainingDivergedException : Exception
{
    internal TrainingDivergedException(int step, LossTerm term, double value)
        : base(string.Create(CultureInfo.InvariantCulture, $"The {term} loss became {value} at step {step}. Training was stopped. Lower ")
            + "Optimization.LearningRate (Stopping.OnDivergence can do so by itself)" + term switch
        {
            LossTerm.Consistent => ", or Consistency.Weight.",
            LossTerm.Adversarial => ", or HardSamples.Weight.",
            _ => ", or check the pixel values (0 to 255).",
        })
    {
        Step = step;
        Term = term;
    }

    /// <summary>The H-step at which it happened, from 0.</summary>
    public int Step { get; }

    /// <summary>The loss term.</summary>
    internal LossTerm Term { get; }
}
