using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Method;

/// <summary>The code of the hard view must agree with the code that the teacher gives the easy view: ||u~ - sg(u)||^2 / K.</summary>
/// <remarks>From the paper: a semi-supervised consistent loss inside the hashing loss. Reconstructed: its form and its weight.</remarks>
internal static class ConsistentLoss
{
    /// <summary>Loss of each row.</summary>
    /// <param name="codes">u~ of the hard views, [N, K].</param>
    /// <param name="targets">Detached activations of the easy views, [N, K].</param>
    /// <returns>[N].</returns>
    public static Tensor PerRow(Tensor codes, Tensor targets) => (codes - targets).Square().mean([1]);

    /// <summary>Weight of the loss at a point of the training: maximum * exp(-5 (1 - t/T)^2) while t is below T (Laine and Aila 2017).</summary>
    /// <param name="maximum">Weight after the ramp.</param>
    /// <param name="progress">Share of the training that is done, 0 to 1.</param>
    /// <param name="ramp">T, as a share of the training; 0 starts at the maximum.</param>
    public static double Weight(double maximum, double progress, double ramp)
    {
        if (ramp <= 0 || progress >= ramp)
            return maximum;
        double left = 1 - progress / ramp;
        return maximum * Math.Exp(-5 * left * left);
    }
}
