using System.Diagnostics;

namespace SSAH.MLNet.Orleans.Grains;

/// <summary>
/// Asks a coordinator until one answers or the time is over: another one as soon as one fails, and while one takes long, since the silo or the gateway that
/// carries the request may be gone and nobody says so.
/// </summary>
internal sealed class CoordinatorCalls(IGrainFactory grains, string index)
{
    private const int Most = 3;

    private static readonly TimeSpan s_betweenTries = TimeSpan.FromMilliseconds(50), s_grace = TimeSpan.FromSeconds(2);

    private readonly IHashCoordinatorGrain[] _coordinators = [.. Enumerable.Range(0, CoordinatorKey.Count)
        .Select(number => grains.GetGrain<IHashCoordinatorGrain>(CoordinatorKey.Of(index, number)))];

    private uint _turn;

    /// <summary>The first answer of a silo that can read its files, or where none can, what one of them says.</summary>
    /// <exception cref="ShardsUnavailableException">There was none in time.</exception>
    public async Task<Answer> AskAsync(
        Func<IHashCoordinatorGrain, TimeSpan, CancellationToken, Task<Answer>> ask, TimeSpan timeout, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        // When one has answered, the others are told to stop.
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asked = new List<Task<Answer>>(Most);
        Exception? error = null;
        Answer? blind = null;
        int blindCount = 0;
        uint turn = Interlocked.Increment(ref _turn);
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                TimeSpan left = timeout - Stopwatch.GetElapsedTime(start);
                // In turn: where as many say that they cannot look as there are, none can.
                if (blindCount < CoordinatorKey.Count && (left > s_betweenTries || (asked.Count == 0 && error is null && blind is null)))
                {
                    if (asked.Count < Most)
                        asked.Add(ask(_coordinators[turn++ % CoordinatorKey.Count], left, answered.Token));
                }
                else if (blind is not null && (left < -s_grace || asked.Count == 0))
                {
                    return blind;
                }
                else if (left < -s_grace || asked.Count == 0)
                {
                    throw new ShardsUnavailableException($"No silo answered for index '{index}' in time{(error is null ? "." : $": {error.FirstLine()}")} "
                        + "Is the cluster running, and can this process reach it? "
                        + "A write may have been done or not: write the same again, which is safe.", error);
                }
                Task ended = await Task.WhenAny([.. asked, Task.Delay(left > s_betweenTries ? Pause(timeout, left) : s_grace, cancellationToken)]);
                if (ended is not Task<Answer> done)
                    continue;
                asked.Remove(done);
                if (done.IsCompletedSuccessfully)
                {
                    if (!done.Result.IsBlind)
                        return done.Result;
                    (blind, blindCount) = (done.Result, blindCount + 1);
                    continue;
                }
                error = done.Exception?.InnerException ?? new TaskCanceledException(done);
                await Task.Delay(s_betweenTries, cancellationToken);
            }
        }
        finally
        {
            await answered.CancelAsync();
            asked.ForEach(late => late.Ignore());
        }
    }

    private static TimeSpan Pause(TimeSpan timeout, TimeSpan left) => timeout / 4 < left ? timeout / 4 : left;
}
