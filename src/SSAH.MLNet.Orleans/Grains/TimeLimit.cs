namespace SSAH.MLNet.Orleans.Grains;

/// <summary>The time that a request has, or what is left of it when its caller gives up.</summary>
internal sealed class TimeLimit : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _registration;

    public TimeLimit(TimeSpan timeout, CancellationToken cancellationToken)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _source.CancelAfter(timeout);
        _registration = _source.Token.Register(static over => ((TaskCompletionSource)over!).TrySetResult(), _over);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Ends when the time is over.</summary>
    public Task IsOver => _over.Task;

    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }
}
