using System.Collections.Concurrent;

namespace SSAH.MLNet.Cli.Serve.Images;

/// <summary>
/// Threads that do nothing but decode and encode images, one image at a time each. They stay, and so do the large buffers that each has; threads of the
/// pool are there for requests that take moments.
/// </summary>
internal sealed class ImageWorkers : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread[] _threads;

    /// <param name="count">Number of threads.</param>
    public ImageWorkers(int count)
    {
        _threads = [.. Enumerable.Range(0, count).Select(_ => new Thread(Run) { IsBackground = true, Name = "ssah images" })];
        foreach (Thread thread in _threads)
            thread.Start();
    }

    /// <summary>Does something when a thread is free.</summary>
    /// <param name="work">What is to be done.</param>
    /// <param name="cancellation">Where it is canceled before its turn, nothing is done.</param>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        // Traces know by it which request the work is for.
        ExecutionContext? context = ExecutionContext.Capture();
        _work.Add(() =>
        {
            if (cancellation.IsCancellationRequested)
                done.SetCanceled(cancellation);
            else if (context is null)
                Complete(work, done);
            else
                ExecutionContext.Run(context, _ => Complete(work, done), null);
        }, CancellationToken.None);
        return done.Task;
    }

    /// <summary>Ends the threads, after what is waiting.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        foreach (Thread thread in _threads)
            thread.Join();
        _work.Dispose();
    }

    private static void Complete<T>(Func<T> work, TaskCompletionSource<T> done)
    {
        try
        {
            done.SetResult(work());
        }
        catch (Exception error)
        {
            // Thrown where the task is awaited.
            done.SetException(error);
        }
    }

    private void Run()
    {
        foreach (Action work in _work.GetConsumingEnumerable())
            work();
    }
}
