using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Measurements;

/// <summary>
/// Milliseconds of the phases of a training's steps. A GPU is waited for at both ends of a phase, so that what it computed there is counted there; that
/// slows a step down, so only every n-th is measured.
/// </summary>
internal sealed class PhaseClock : IDisposable
{
    private const string Source = "SSAH.MLNet", StepName = "ssah.step";
    private readonly ActivityListener _listener;
    private readonly Device? _gpu;
    private readonly int _every;
    private readonly Dictionary<string, (double Sum, long Start)> _phases = [];
    private int _steps, _measured;

    /// <summary>Begins to listen.</summary>
    /// <param name="device">Where the training computes.</param>
    /// <param name="every">Steps of which one is measured.</param>
    public PhaseClock(Device device, int every)
    {
        (_gpu, _every) = (device.type == DeviceType.CUDA ? device : null, every);
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = Started,
            ActivityStopped = Stopped,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>Milliseconds a step by phase, and of the step: the mean over what was measured; empty where nothing was.</summary>
    public IReadOnlyDictionary<string, double> Milliseconds =>
        _phases.ToDictionary(phase => phase.Key == StepName ? "step" : phase.Key, phase => Math.Round(phase.Value.Sum / Math.Max(1, _measured), 3));

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private bool IsMeasured => _steps % _every == 0;

    private void Started(Activity activity)
    {
        if (activity.OperationName == StepName)
            _steps++;
        if (IsMeasured && IsPartOfAStep(activity))
            _phases[activity.OperationName] = _phases.GetValueOrDefault(activity.OperationName) with { Start = Now() };
    }

    private void Stopped(Activity activity)
    {
        if (!IsMeasured || !IsPartOfAStep(activity) || !_phases.TryGetValue(activity.OperationName, out var phase))
            return;
        _phases[activity.OperationName] = phase with { Sum = phase.Sum + Stopwatch.GetElapsedTime(phase.Start, Now()).TotalMilliseconds };
        if (activity.OperationName == StepName)
            _measured++;
    }

    private static bool IsPartOfAStep(Activity activity) => activity.OperationName == StepName || activity.Parent?.OperationName == StepName;

    private long Now()
    {
        if (_gpu is not null)
            cuda.synchronize(_gpu);
        return Stopwatch.GetTimestamp();
    }
}
