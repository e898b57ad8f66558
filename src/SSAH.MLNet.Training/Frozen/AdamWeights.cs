using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Frozen;

/// <summary>
/// The weights of a linear classifier, the bias as their last row, with Adam's moments (Kingma and Ba 2015). One flat tensor, so that a step is a
/// dozen native calls.
/// </summary>
internal sealed class AdamWeights(int inputs, int classes) : IDisposable
{
    private const double Epsilon = 1e-8;
    private readonly Tensor _weights = zeros(inputs + 1, classes).DetachFromDisposeScope();
    private readonly Tensor _first = zeros(inputs + 1, classes).DetachFromDisposeScope();
    private readonly Tensor _second = zeros(inputs + 1, classes).DetachFromDisposeScope();
    private int _step;

    /// <summary>[n, classes] of vectors [n, inputs].</summary>
    public Tensor Logits(Tensor vectors) => addmm(_weights.narrow(0, inputs, 1), vectors, _weights.narrow(0, 0, inputs), 1, 1);

    /// <summary>One step on cross-entropy: its gradient at the logits is probability minus target, softmax or sigmoid.</summary>
    public void Step(Tensor vectors, Tensor targets, bool multiLabel, double rate, double decay, double beta1, double beta2)
    {
        var logits = Logits(vectors);
        var error = ((multiLabel ? logits.sigmoid() : logits.softmax(1)) - targets).Multiply(1.0 / vectors.shape[0]);
        var gradient = empty_like(_weights);
        gradient.narrow(0, 0, inputs).copy_(vectors.t().mm(error)).Add(_weights.narrow(0, 0, inputs), decay);
        gradient.narrow(0, inputs, 1).copy_(error.sum(0, keepdim: true));
        _step++;
        _first.Multiply(beta1).Add(gradient, 1 - beta1);
        _second.Multiply(beta2).AddProduct(gradient, gradient, 1 - beta2);
        double scale = rate / (1 - Math.Pow(beta1, _step)), deviation = 1 / Math.Sqrt(1 - Math.Pow(beta2, _step));
        _weights.AddQuotient(_first, _second.sqrt().Multiply(deviation).Add(Epsilon), -scale);
    }

    /// <summary>[inputs + 1, classes], row after row.</summary>
    public float[] ToArray() => _weights.data<float>().ToArray();

    /// <inheritdoc/>
    public void Dispose()
    {
        _weights.Dispose();
        _first.Dispose();
        _second.Dispose();
    }
}
