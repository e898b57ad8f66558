using System.Diagnostics;

namespace SSAH.MLNet.Cli.Output;

/// <summary>Progress where nobody looks at a terminal: a line now and then.</summary>
/// <param name="write">Takes a line.</param>
/// <param name="what">What is done.</param>
/// <param name="unit">What is counted.</param>
internal sealed class LineProgress(Action<string> write, string what, string unit) : IProgress<WorkDone>, IDisposable
{
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(2), s_between = TimeSpan.FromSeconds(10);
    private readonly Lock _state = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private TimeSpan _next = s_first;
    private WorkDone _last, _written;

    public void Report(WorkDone value)
    {
        lock (_state)
        {
            // Reports of several threads may come out of order.
            if (value.Unit != _last.Unit)
            {
                _watch.Restart();
                _next = s_first;
            }
            if (value.Done >= _last.Done || value.Unit != _last.Unit)
                _last = value;
            if (_last == _written || _watch.Elapsed < _next)
                return;
            _next = _watch.Elapsed + s_between;
            Write();
        }
    }

    /// <summary>Writes the last state, of work that took long enough to be told of.</summary>
    public void Dispose()
    {
        if (_last != _written && _watch.Elapsed > s_first)
            Write();
    }

    private void Write()
    {
        _written = _last;
        write(Durations.Progress(what, unit, _last, _watch.Elapsed));
    }
}
