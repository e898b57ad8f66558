namespace SSAH.MLNet.Training.Loop;

/// <summary>The reports of a training run, thinned out evenly where they become many.</summary>
internal sealed class MetricsHistory
{
    private const int Most = 200;
    private readonly List<SsahTrainingMetrics> _kept = [];
    private SsahTrainingMetrics? _last;
    private int _every = 1;
    private int _count;

    /// <summary>At most 200 of the reports, the last one among them.</summary>
    public IReadOnlyList<SsahTrainingMetrics> Reports => _last is null || ReferenceEquals(_kept[^1], _last) ? _kept : [.. _kept, _last];

    /// <summary>Everything about it.</summary>
    public HistoryState State
    {
        get => new([.. _kept], _last, _every, _count);
        set
        {
            _kept.Clear();
            _kept.AddRange(value.Kept);
            // Reports ask whether the last one is among them by reference.
            _last = value.Kept is [.., var last] && last.Step == value.Latest?.Step ? last : value.Latest;
            (_every, _count) = (value.Every, value.Count);
        }
    }

    public void Add(SsahTrainingMetrics metrics)
    {
        _last = metrics;
        if (_count++ % _every != 0)
            return;
        if (_kept.Count == Most - 1)
        {
            for (int i = _kept.Count - 2; i > 0; i -= 2)
                _kept.RemoveAt(i);
            _every *= 2;
            if ((_count - 1) % _every != 0)
                return;
        }
        _kept.Add(metrics);
    }
}
