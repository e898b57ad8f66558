using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Method;

/// <summary>Distance of the activations from the bits that they become: the mean over bits of (|u| - 1)^2.</summary>
/// <remarks>The paper has a quantization term; this form is DPSH's ||u - sign(u)||^2 (Li et al. 2016), divided by K.</remarks>
internal static class QuantizationLoss
{
    /// <summary>Loss of each row; <paramref name="codes"/> is [N, K], the result [N].</summary>
    public static Tensor PerRow(Tensor codes) => codes.abs().Minus(1).Square().mean([1]);
}
