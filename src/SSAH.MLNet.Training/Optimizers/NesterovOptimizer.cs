using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Optimizers;

/// <summary>
/// SGD with Nesterov momentum as PyTorch has it (Sutskever et al. 2013): v = m v + g; w -= rate (g + m v), where g has the weight decay in it.
/// </summary>
internal sealed class NesterovOptimizer(IReadOnlyList<ParameterGroup> groups, double momentum) : Optimizer(groups, moments: 1)
{
    private readonly Scalar _momentum = momentum.ToScalar();

    /// <inheritdoc/>
    protected override void Step(Tensor gradient, double rateFactor)
    {
        foreach (var ((group, part), (_, weights)) in ByGroup(gradient).Zip(ByGroup(Weights.Values)))
            if (group.WeightDecay != 0)
                part.Add(weights, group.WeightDecay);
        var velocity = Moment(0).Multiply(_momentum).Add(gradient);
        gradient.Add(velocity, _momentum);
        foreach (var ((group, part), (_, weights)) in ByGroup(gradient).Zip(ByGroup(Weights.Values)))
            weights.Add(part, -group.LearningRate * rateFactor);
    }
}
