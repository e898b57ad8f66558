using System.Diagnostics;

namespace SSAH.MLNet.Training.Loop;

/// <summary>How much of the training is done, by whichever of its limits comes first, and the learning rate that follows from it.</summary>
internal sealed class TrainingSchedule
{
    private readonly TimeSpan? _budget;
    private readonly SsahTrainer.Options _options;
    private readonly Stopwatch _clock = new();
    private TimeSpan _before;

    public TrainingSchedule(SsahTrainer.Options options, int stepsPerEpoch)
    {
        const int defaultEpochs = 20;
        bool unlimited = options.Stopping is { Epochs: null, MaxSteps: null, TimeBudget: null };
        long epochSteps = (options.Stopping.Epochs ?? (unlimited ? defaultEpochs : int.MaxValue)) * (long)stepsPerEpoch;
        MaxSteps = Math.Min(epochSteps, options.Stopping.MaxSteps ?? long.MaxValue);
        _budget = options.Stopping.TimeBudget;
        _options = options;
        StepsPerEpoch = stepsPerEpoch;
    }

    /// <summary>H-steps of a pass over the labeled or the unlabeled rows, whichever take more.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>Largest number of H-steps; long.MaxValue where only time ends the training.</summary>
    public long MaxSteps { get; }

    /// <summary>Time since <see cref="Start"/>, and before a checkpoint that the training goes on from.</summary>
    public TimeSpan Elapsed => _before + _clock.Elapsed;

    /// <summary>Starts the time budget; the second call does nothing. What has to be ready before the first step does not count.</summary>
    public void Start() => _clock.Start();

    /// <summary>Goes on after so much time.</summary>
    public void Resume(TimeSpan elapsed)
    {
        _before = elapsed;
        _clock.Reset();
    }

    /// <summary>Share that is done before the given step, 0 to 1.</summary>
    public double Progress(int step)
    {
        double steps = step / (double)MaxSteps;
        double time = _budget is { } budget ? Elapsed / budget : 0;
        return Math.Min(1, Math.Max(steps, time));
    }

    /// <summary>Learning rate as a share of its peak: a linear rise, then half a cosine or a plateau.</summary>
    public double LearningRateFactor(double progress)
    {
        if (progress < _options.Optimization.WarmUp)
            return Math.Max(0.01, progress / _options.Optimization.WarmUp);
        if (_options.Optimization.Schedule == LearningRateSchedule.Constant)
            return 1;
        return 0.5 * (1 + Math.Cos(Math.PI * (progress - _options.Optimization.WarmUp) / (1 - _options.Optimization.WarmUp)));
    }
}
