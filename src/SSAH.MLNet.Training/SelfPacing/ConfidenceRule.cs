using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.SelfPacing;

/// <summary>
/// How sure the teacher must be of an unlabeled image: a fixed confidence, or one that follows the teacher (FreeMatch, Wang et al. 2023): the running mean of its
/// confidence, lower for classes that it seldom thinks of.
/// </summary>
/// <remarks>
/// Not in the paper. How sure a network is depends on how many labels it has learned by heart, so no fixed threshold suits few and many.
/// </remarks>
internal sealed class ConfidenceRule(double? fixedThreshold) : IDisposable
{
    private const double Smoothing = 0.97;
    private double? _mean;
    private Tensor? _classMeans;

    /// <summary>What is asked of the class that the teacher thinks of most.</summary>
    public double Threshold => fixedThreshold ?? _mean ?? 0;

    /// <summary>Takes in the teacher's opinion of a batch and says which of its images count as sure.</summary>
    /// <param name="confidence">[N], 0 to 1.</param>
    /// <param name="probabilities">[N, classes] where each image has one class, else null.</param>
    /// <returns>[N], true where the teacher is sure.</returns>
    public Tensor Sure(Tensor confidence, Tensor? probabilities)
    {
        if (fixedThreshold is { } threshold)
            return confidence.ge(threshold);
        double mean = confidence.mean().ToDouble();
        _mean = _mean is { } before ? Smoothing * before + (1 - Smoothing) * mean : mean;
        if (probabilities is null)
            return confidence.ge(_mean.Value);
        Follow(probabilities.mean([0]));
        var share = _classMeans! / _classMeans!.max();                                              // [classes]
        return confidence.ge(share.index_select(0, probabilities.argmax(1)) * _mean.Value);
    }

    /// <inheritdoc/>
    public void Dispose() => _classMeans?.Dispose();

    private void Follow(Tensor means)
    {
        if (_classMeans is null)
            _classMeans = means.clone().DetachFromDisposeScope();
        else
            _classMeans.lerp_(means, 1 - Smoothing);
    }
}
