using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Optimizers;

/// <summary>
/// SGD with Nesterov momentum as PyTorch has it (Sutskever et al. 2013): v = m v + g; w -= rate (g + m v), where g has the weight decay in it.
/// </summary>
internal sealed class NesterovOptimizer(IReadOnlyList<ParameterGroup> groups, double momentum) : Optimizer(groups)
{
    private readonly Scalar _momentum = momentum.ToScalar();
    private readonly Tensor[] _velocities = Zeros(groups);

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> State => _velocities;

    /// <inheritdoc/>
    protected override void Step(ParameterGroup group, int first, double rate)
    {
        using Scalar decay = group.WeightDecay.ToScalar(), back = (-rate).ToScalar();
        for (int i = 0; i < group.Parameters.Count; i++)
        {
            var parameter = group.Parameters[i];
            if (parameter.grad is not { } gradient)
                continue;
            if (group.WeightDecay != 0)
                gradient = gradient.Plus(parameter, decay);
            var velocity = _velocities[first + i].Multiply(_momentum).Add(gradient);
            parameter.Add(gradient.Plus(velocity, _momentum), back);
        }
    }
}
