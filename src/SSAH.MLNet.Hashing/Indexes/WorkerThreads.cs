namespace SSAH.MLNet.Hashing;

/// <summary>Runs a body on several threads at once, the caller's among them.</summary>
internal static class WorkerThreads
{
    public static void Run(int threads, Action<int> body, CancellationToken cancellationToken)
    {
        if (threads <= 1)
        {
            body(0);
            return;
        }
        var others = new Task[threads - 1];
        for (int i = 0; i < others.Length; i++)
        {
            int thread = i + 1;
            others[i] = Task.Run(() => body(thread), CancellationToken.None);
        }
        try
        {
            body(0);
        }
        finally
        {
            // Also when this thread failed: the others still write into what the caller owns.
            Task.WhenAll(others).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        }
        cancellationToken.ThrowIfCancellationRequested();
        foreach (Task other in others)
            other.GetAwaiter().GetResult();
    }
}
