namespace SSAH.MLNet;

/// <summary>
/// The token of whoever reads rows on this thread. ML.NET's cursors take none, and a batch of an encoder among what the rows come from takes seconds: it
/// asks here. A thread that fills one of ML.NET's caches has none, so that what was canceled is not kept as an error for later readers.
/// </summary>
internal readonly struct CancelableReading : IDisposable
{
    [ThreadStatic]
    private static CancellationToken s_token;

    private readonly CancellationToken _before;

    private CancelableReading(CancellationToken before) => _before = before;

    /// <summary>The token of this thread's reader; one that is never canceled where there is none.</summary>
    public static CancellationToken Token => s_token;

    /// <summary>Reads under a token until the result is disposed, on the same thread.</summary>
    public static CancelableReading Begin(CancellationToken token)
    {
        var reading = new CancelableReading(s_token);
        s_token = token;
        return reading;
    }

    public void Dispose() => s_token = _before;
}
