using Microsoft.ML.Runtime;

namespace SSAH.MLNet.Training.Loop;

/// <summary>Tells <c>mlContext.Log</c> how far a training run has come: at each report, and between reports every ten seconds.</summary>
internal sealed class ProgressLog(SsahTraining training, IChannel channel)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(10);
    private TimeSpan _last = training.Elapsed;
    private long _images;
    private long _lastImages;

    /// <summary>Counts a step's images, and writes a line if the last one was long ago.</summary>
    public void Step(int images)
    {
        _images += images;
        var elapsed = training.Elapsed;
        if (elapsed - _last < s_pause)
            return;
        channel.Info(MessageSensitivity.None, FormattableString.Invariant(
            $"{Position} {(_images - _lastImages) / (elapsed - _last).TotalSeconds:F0} images/s, {Left} left"));
        (_last, _lastImages) = (elapsed, _images);
    }

    /// <summary>Writes a report.</summary>
    public void Report(SsahTrainingMetrics metrics, ValidationFigures? validation)
    {
        channel.Info(MessageSensitivity.None, Position
            + FormattableString.Invariant($" epoch {metrics.Epoch:F1} loss {metrics.TotalLoss:F3} d {metrics.HardDifficulty:F3} ")
            + FormattableString.Invariant($"mu {metrics.Margin:F3} {metrics.ImagesPerSecond:F0} images/s, {Left} left")
            + (validation is { } figures ? $", validation {figures}" : ""));
        (_last, _lastImages) = (training.Elapsed, _images);
    }

    private string Position => FormattableString.Invariant(
        $"step {training.Step}{(training.MaxSteps < long.MaxValue ? $" of {training.MaxSteps}" : "")} ({training.Progress:P0})");

    private string Left
    {
        get
        {
            if (training.Progress <= 0)
                return "?";
            var left = training.Elapsed * Math.Max(0, 1 / training.Progress - 1);
            return FormattableString.Invariant($"{(int)left.TotalHours}:{left.Minutes:00}:{left.Seconds:00}");
        }
    }
}
