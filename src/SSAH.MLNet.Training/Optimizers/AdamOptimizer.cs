using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Optimizers;

/// <summary>Adam (Kingma and Ba 2015), without weight decay.</summary>
internal sealed class AdamOptimizer(IReadOnlyList<ParameterGroup> groups, double beta1, double beta2 = 0.999) : Optimizer(groups)
{
    private const double Epsilon = 1e-8;
    private readonly Scalar _beta1 = beta1.ToScalar(), _beta2 = beta2.ToScalar(), _epsilon = Epsilon.ToScalar();
    private readonly Scalar _ofGradient = (1 - beta1).ToScalar();
    private readonly Tensor[] _means = Zeros(groups);
    private readonly Tensor[] _squares = Zeros(groups);

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> State => [.. _means, .. _squares];

    /// <inheritdoc/>
    protected override void Step(ParameterGroup group, int first, double rate)
    {
        double deviation = Math.Sqrt(1 - Math.Pow(beta2, Steps)), scale = -rate / (1 - Math.Pow(beta1, Steps));
        for (int i = 0; i < group.Parameters.Count; i++)
        {
            var parameter = group.Parameters[i];
            if (parameter.grad is not { } gradient)
                continue;
            var mean = _means[first + i].Multiply(_beta1).Add(gradient, _ofGradient);
            var square = _squares[first + i].Multiply(_beta2).AddProduct(gradient, gradient, 1 - beta2);
            parameter.AddQuotient(mean, square.sqrt().Over(deviation).Add(_epsilon), scale);
        }
    }
}
