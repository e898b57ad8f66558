using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Loop;

/// <summary>The loss terms of one H-step.</summary>
internal sealed class StepLosses(int step)
{
    private readonly Dictionary<string, double> _values = [];
    private Tensor? _total;

    /// <summary>Mean of each term before its weight.</summary>
    public IReadOnlyDictionary<string, double> Values => _values;

    /// <summary>The weighted sum.</summary>
    public Tensor Total => _total ?? throw new InvalidOperationException("No loss term was added.");

    /// <summary>Adds a term; one that is not finite ends the training before it can touch a weight.</summary>
    /// <exception cref="TrainingDivergedException">The term is not a finite number.</exception>
    public void Add(string term, Tensor mean, double weight)
    {
        double value = mean.detach().ToDouble();
        if (!double.IsFinite(value))
            throw new TrainingDivergedException(step, term, value);
        _values[term] = value;
        if (weight == 0)
            return;
        var weighted = mean * weight;
        _total = _total is null ? weighted : _total + weighted;
    }
}
