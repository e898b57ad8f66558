using System.Diagnostics;
using SSAH.MLNet.Cli.Output;

namespace SSAH.MLNet.Cli.Serve.Jobs;

/// <summary>Where long work stands.</summary>
internal enum JobState
{
    /// <summary>It was not asked for.</summary>
    None,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It is done, and there is a result.</summary>
    Done,

    /// <summary>It ended with an error.</summary>
    Failed,

    /// <summary>It was stopped.</summary>
    Canceled,
}

/// <summary>How far long work is.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Step">What is done now, as a line.</param>
/// <param name="Done">What is done of the step.</param>
/// <param name="Total">What there is to do in it; 0 while nobody knows.</param>
/// <param name="Unit">What is counted in it; null where that is images.</param>
/// <param name="Seconds">How long it has run.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="Result">What came of it.</param>
internal sealed record JobStatus<T>(JobState State, string? Step, long Done, long Total, string? Unit, double Seconds, string? Error, T? Result)
    where T : class;

/// <summary>Long work that goes on while requests come and go; one at a time.</summary>
internal sealed class BackgroundJob<T> : IProgress<WorkDone>, IAsyncDisposable where T : class
{
    private readonly Lock _gate = new();
    private readonly Stopwatch _watch = new();
    private CancellationTokenSource _cancellation = new();
    private Task _running = Task.CompletedTask;
    private JobStatus<T> _status = new(JobState.None, null, 0, 0, null, 0, null, null);

    /// <summary>How far it is.</summary>
    public JobStatus<T> Status
    {
        get
        {
            lock (_gate)
                return _status with { Seconds = _watch.Elapsed.TotalSeconds };
        }
    }

    /// <summary>Begins.</summary>
    /// <param name="work">Gets this job, to tell how far it is, and a token that stops it.</param>
    /// <returns>False where it runs already.</returns>
    public bool Start(Func<BackgroundJob<T>, CancellationToken, T> work)
    {
        lock (_gate)
        {
            if (_status.State == JobState.Running)
                return false;
            _cancellation.Dispose();
            _cancellation = new CancellationTokenSource();
            _status = new JobStatus<T>(JobState.Running, null, 0, 0, null, 0, null, null);
            _watch.Restart();
            CancellationToken cancellation = _cancellation.Token;
            _running = Task.Factory.StartNew(() => Run(work, cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return true;
        }
    }

    /// <summary>Asks it to end.</summary>
    public void Cancel()
    {
        lock (_gate)
            _cancellation.Cancel();
    }

    /// <summary>Says what is done now.</summary>
    public void Step(string step) => Set(status => status with { Step = step, Done = 0, Total = 0, Unit = null });

    public void Report(WorkDone value) => Set(status => status with { Done = value.Done, Total = value.Total, Unit = value.Unit });

    public async ValueTask DisposeAsync()
    {
        Cancel();
        await _running;
        _cancellation.Dispose();
    }

    private void Run(Func<BackgroundJob<T>, CancellationToken, T> work, CancellationToken cancellation)
    {
        try
        {
            T result = work(this, cancellation);
            End(status => status with { State = JobState.Done, Result = result });
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            End(status => status with { State = JobState.Canceled });
        }
        catch (Exception error)
        {
            // Nobody waits for the task: who asks for the status is told.
            End(status => status with { State = JobState.Failed, Error = error.Message });
        }
    }

    private void End(Func<JobStatus<T>, JobStatus<T>> change)
    {
        lock (_gate)
        {
            _watch.Stop();
            _status = change(_status);
        }
    }

    private void Set(Func<JobStatus<T>, JobStatus<T>> change)
    {
        lock (_gate)
            _status = change(_status);
    }
}
