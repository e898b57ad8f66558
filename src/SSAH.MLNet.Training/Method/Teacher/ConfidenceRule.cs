using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static SSAH.MLNet.Training.Workarounds.TorchSharpScalarFinalization;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Method;

/// <summary>
/// How sure the teacher must be of an unlabeled image: a fixed confidence, or one that follows the teacher (FreeMatch, Wang et al. 2023): the running
/// mean of its confidence, lower for classes that it seldom thinks of.
/// </summary>
/// <remarks>
/// Not in the paper. How sure a network is depends on how many labels it has learned by heart, so no fixed threshold suits few and many.
/// </remarks>
internal sealed class ConfidenceRule(double? fixedThreshold, Device? device = null) : IDisposable
{
    private const double Smoothing = 0.97;
    private Tensor? _mean;
    private Tensor? _classMeans;

    /// <summary>The running means: of all images, then of classes; as many of them as there are yet. What is set belongs to the rule.</summary>
    public IReadOnlyList<Tensor> Means
    {
        get => [.. new[] { _mean, _classMeans }.OfType<Tensor>()];
        set
        {
            Dispose();
            (_mean, _classMeans) = (Own(value.ElementAtOrDefault(0)), Own(value.ElementAtOrDefault(1)));
        }
    }

    /// <summary>Takes in the teacher's opinion of a batch and says which of its images count as sure.</summary>
    /// <param name="confidence">[N], 0 to 1.</param>
    /// <param name="probabilities">[N, classes] where each image has one class, else null.</param>
    /// <returns>[N], true where the teacher is sure.</returns>
    public Tensor Sure(Tensor confidence, Tensor? probabilities)
    {
        if (fixedThreshold is not null)
            return Reaches(confidence);
        Follow(confidence);
        if (probabilities is null)
            return Reaches(confidence);
        FollowClasses(probabilities);
        var share = _classMeans! / _classMeans!.max();                                              // [classes]
        return confidence.ge(share.index_select(0, probabilities.argmax(1)) * _mean!);
    }

    /// <summary>Where a confidence is as high as what is asked of the class that the teacher thinks of most.</summary>
    /// <param name="confidence">Any shape, 0 to 1.</param>
    public Tensor Reaches(Tensor confidence) => fixedThreshold is { } threshold ? confidence.Reaches(threshold) : confidence.ge(_mean!);

    /// <inheritdoc/>
    public void Dispose()
    {
        _mean?.Dispose();
        _classMeans?.Dispose();
    }

    private Tensor? Own(Tensor? mean) => (device is null ? mean : mean?.to(device))?.DetachFromDisposeScope();

    // Stays on the device: the host does not wait for it.
    private void Follow(Tensor confidence)
    {
        var mean = confidence.mean().to(ScalarType.Float64);
        if (_mean is null)
            _mean = mean.clone().DetachFromDisposeScope();
        else
            _mean.Multiply(Smoothing).Add(mean.Times(1 - Smoothing));
    }

    private void FollowClasses(Tensor probabilities)
    {
        var means = probabilities.mean([0]);
        if (_classMeans is null)
            _classMeans = means.clone().DetachFromDisposeScope();
        else
            _classMeans.lerp_(means, Single(1 - Smoothing, means.device));
    }
}
