using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Method;

/// <summary>Gives every parameter of a network its first value from a seeded generator of its own, so that no other code's draws can change it.</summary>
internal static class Initialization
{
    /// <summary>He-normal weights (He et al. 2015), scales 1, biases 0.</summary>
    /// <param name="network">The network.</param>
    /// <param name="generator">Where the weights come from.</param>
    /// <param name="zero">Prefixes of the names of parameters that are set to 0.</param>
    /// <param name="kept">Prefixes of the names of parameters that keep their value.</param>
    /// <remarks>Do not use TorchSharp 0.107's GroupNorm: its scale and bias are uninitialized memory, and setting them here does not reach them.</remarks>
    public static void Apply(nn.Module network, Generator generator, string[]? zero = null, string[]? kept = null)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (name, parameter) in network.named_parameters())
        {
            if (StartsWithAny(name, kept))
                continue;
            if (StartsWithAny(name, zero) || (parameter.dim() == 1 && !name.EndsWith("weight", StringComparison.Ordinal)
                && !name.EndsWith("scale", StringComparison.Ordinal)))
                parameter.zero_();
            else if (parameter.dim() == 1)
                parameter.Fill(1);
            else
                parameter.copy_(randn(parameter.shape, generator: generator).Times(Math.Sqrt(2 / FanIn(parameter))));
        }
    }

    private static double FanIn(Tensor weight) => weight.numel() / (double)weight.shape[0];

    private static bool StartsWithAny(string name, string[]? beginnings) => beginnings?.Any(b => name.StartsWith(b, StringComparison.Ordinal)) ?? false;
}
