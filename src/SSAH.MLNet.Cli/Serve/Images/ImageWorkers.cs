using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using SSAH.MLNet.Cli.Serve.Http;

namespace SSAH.MLNet.Cli.Serve.Images;

/// <summary>
/// Threads that do nothing but decode and encode images, one image at a time each. They stay, and so do the large buffers that each has; threads of the
/// pool are there for requests that take moments.
/// </summary>
internal sealed class ImageWorkers : IDisposable
{
    // Of the last ten images or so, since machines get busy and large images come together.
    private const double NewestShare = 0.1, FirstSeconds = 0.2;

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread[] _threads;
    private readonly int _alwaysTaken;
    private readonly TimeSpan _longestWait;
    private readonly Lock _gate = new();
    private double _seconds = FirstSeconds;
    private int _waiting;

    /// <param name="count">Number of threads.</param>
    /// <param name="alwaysTaken">How much work may wait for its turn, however long it takes.</param>
    /// <param name="longestWait">How long work beyond that may have to wait, as far as can be foreseen; what would wait longer is refused at once.</param>
    public ImageWorkers(int count, int alwaysTaken, TimeSpan longestWait)
    {
        (_alwaysTaken, _longestWait) = (alwaysTaken, longestWait);
        _threads = [.. Enumerable.Range(0, count).Select(_ => new Thread(Run) { IsBackground = true, Name = "ssah images" })];
        foreach (Thread thread in _threads)
            thread.Start();
    }

    /// <summary>Does something when a thread is free.</summary>
    /// <param name="work">What is to be done.</param>
    /// <param name="cancellation">Where it is canceled before its turn, nothing is done.</param>
    /// <exception cref="RequestRefusedException">It would have to wait too long (503).</exception>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        RequireTurn();
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        // Traces know by it which request the work is for.
        ExecutionContext? context = ExecutionContext.Capture();
        // Who has gone away holds up nobody.
        int isWaiting = 1;
        Interlocked.Increment(ref _waiting);
        CancellationTokenRegistration leaving = cancellation.Register(Leave);
        _work.Add(() =>
        {
            leaving.Dispose();
            Leave();
            if (cancellation.IsCancellationRequested)
                done.SetCanceled(cancellation);
            else if (context is null)
                Complete(work, done);
            else
                ExecutionContext.Run(context, _ => Complete(work, done), null);
        }, CancellationToken.None);
        return done.Task;

        void Leave()
        {
            if (Interlocked.Exchange(ref isWaiting, 0) == 1)
                Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Ends the threads, after what is waiting.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        foreach (Thread thread in _threads)
            thread.Join();
        _work.Dispose();
    }

    private void RequireTurn()
    {
        int waiting = Volatile.Read(ref _waiting);
        double seconds;
        lock (_gate)
            seconds = waiting * _seconds / _threads.Length;
        if (waiting >= _alwaysTaken && seconds > _longestWait.TotalSeconds)
            throw new RequestRefusedException(StatusCodes.Status503ServiceUnavailable,
                $"The service is busy: {waiting} images are waiting. Send this one again in {Math.Ceiling(seconds)} s.", TimeSpan.FromSeconds(seconds));
    }

    private void Complete<T>(Func<T> work, TaskCompletionSource<T> done)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            done.SetResult(work());
        }
        catch (Exception error)
        {
            // Thrown where the task is awaited.
            done.SetException(error);
        }
        lock (_gate)
            _seconds += NewestShare * (Stopwatch.GetElapsedTime(start).TotalSeconds - _seconds);
    }

    private void Run()
    {
        foreach (Action work in _work.GetConsumingEnumerable())
            work();
    }
}
