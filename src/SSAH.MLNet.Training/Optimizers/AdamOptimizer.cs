using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Optimizers;

/// <summary>Adam (Kingma and Ba 2015), without weight decay.</summary>
internal sealed class AdamOptimizer(IReadOnlyList<ParameterGroup> groups, double beta1, double beta2 = 0.999) : Optimizer(groups, moments: 2)
{
    private const double Epsilon = 1e-8;
    private readonly Scalar _beta1 = beta1.ToScalar(), _beta2 = beta2.ToScalar(), _epsilon = Epsilon.ToScalar();
    private readonly Scalar _ofGradient = (1 - beta1).ToScalar();

    /// <inheritdoc/>
    protected override void Step(Tensor gradient, double rateFactor)
    {
        double deviation = Math.Sqrt(1 - Math.Pow(beta2, Steps)), correction = 1 - Math.Pow(beta1, Steps);
        var mean = Moment(0).Multiply(_beta1).Add(gradient, _ofGradient);
        var divisor = Moment(1).Multiply(_beta2).AddProduct(gradient, gradient, 1 - beta2).sqrt().Over(deviation).Add(_epsilon);
        foreach (var ((group, weights), (_, means), (_, divisors)) in ByGroup(Weights.Values).Zip(ByGroup(mean), ByGroup(divisor)))
            weights.AddQuotient(means, divisors, -group.LearningRate * rateFactor / correction);
    }
}
