using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training.Networks;
using SSAH.MLNet.Training.Optimizers;
using TorchSharp.Modules;

namespace SSAH.MLNet.Training.Loop;

/// <summary>What of H-Net is trained, how fast, and what decays.</summary>
internal static class ParameterGroups
{
    private const double PretrainedFactor = 0.3;

    /// <summary>Backbone and head, each with its weight matrices (which decay) and its vectors (which do not). Frozen parameters are left out.</summary>
    public static ParameterGroup[] Of(HashNetwork network, SsahTrainer.Options options)
    {
        double backboneFactor = options.Optimization.BackboneLearningRateFactor ?? (network.PretrainedParameters.Length > 0 ? PretrainedFactor : 1);
        var groups =
            from named in network.named_parameters()
            where named.parameter.requires_grad
            group named.parameter by (IsBackbone: named.name.StartsWith("backbone.", StringComparison.Ordinal),
                Decays: IsMatrix(named.parameter)) into parameters
            select new ParameterGroup(
                [.. parameters],
                options.Optimization.LearningRate * (parameters.Key.IsBackbone ? backboneFactor : 1),
                parameters.Key.Decays ? options.Optimization.WeightDecay : 0);
        return [.. groups];
    }

    // A scale or an offset of channels is a vector, whatever axes of length 1 it has.
    private static bool IsMatrix(Parameter parameter) => parameter.shape.Count(size => size > 1) > 1;
}
