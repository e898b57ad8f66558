using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Loop;

/// <summary>The losses of one step, on the host.</summary>
/// <param name="Losses">Mean of each term before its weight, by <see cref="LossTerm"/>; null if the step had no such term.</param>
/// <param name="Total">The weighted sum.</param>
/// <param name="Hard">d(x~): mean difficulty of labeled hard samples; null without.</param>
/// <param name="Easy">d(x): the same of the images that they were made from; null without.</param>
internal readonly record struct StepFigures(double?[] Losses, double Total, double? Hard, double? Easy);

/// <summary>The loss terms of one H-step. They stay on the device until all are asked for together.</summary>
internal sealed class StepLosses
{
    private readonly Tensor?[] _means = new Tensor?[Enum.GetValues<LossTerm>().Length];
    private Tensor? _hard;
    private Tensor? _easy;
    private Tensor? _total;

    /// <summary>The weighted sum.</summary>
    public Tensor Total => _total ?? throw new InvalidOperationException("No loss term was added.");

    /// <summary>Adds a term.</summary>
    public void Add(LossTerm term, Tensor mean, double weight)
    {
        _means[(int)term] = mean.detach();
        if (weight == 0)
            return;
        var weighted = mean.Times(weight);
        _total = _total is null ? weighted : _total.Plus(weighted);
    }

    /// <summary>Adds the mean losses of labeled hard samples and of their images.</summary>
    public void AddDifficulty(Tensor hard, Tensor easy) => (_hard, _easy) = (hard.detach(), easy.detach());

    /// <summary>Copies everything to the host at once.</summary>
    /// <param name="step">The present step, for the error.</param>
    /// <param name="difficultyUnit">What a loss is divided by to become a difficulty.</param>
    /// <exception cref="TrainingDivergedException">A term is not a finite number.</exception>
    public StepFigures ToHost(int step, double difficultyUnit)
    {
        Tensor[] known = [.. new[] { Total.detach(), _hard, _easy }.Concat(_means).OfType<Tensor>()];
        var values = new Queue<float>(stack(known).Fetch().data<float>().ToArray());
        double total = values.Dequeue();
        double? hard = _hard is null ? null : values.Dequeue() / difficultyUnit, easy = _easy is null ? null : values.Dequeue() / difficultyUnit;
        double?[] losses = [.. _means.Select(mean => mean is null ? (double?)null : values.Dequeue())];
        foreach (var (term, loss) in losses.Index())
            if (loss is { } value && !double.IsFinite(value))
                throw new TrainingDivergedException(step, (LossTerm)term, value);
        return new StepFigures(losses, total, hard, easy);
    }
}
