namespace SSAH.MLNet.Collections.Syncing;

/// <summary>Counts what is done to a collection.</summary>
internal sealed class SyncTally
{
    private readonly List<SkippedImage> _skipped = [];
    private readonly long _start = System.Diagnostics.Stopwatch.GetTimestamp();

    public int Added { get; set; }

    public int Changed { get; set; }

    public int Moved { get; set; }

    public int Removed { get; set; }

    public int Unchanged { get; set; }

    public int Skipped => _skipped.Count;

    public void Skip(string path, string reason) => _skipped.Add(new SkippedImage(path, reason));

    public SyncResult ToResult(IReadOnlyDictionary<string, int>? passedOver = null) => new()
    {
        Added = Added,
        Changed = Changed,
        Moved = Moved,
        Removed = Removed,
        Unchanged = Unchanged,
        Skipped = [.. _skipped.OrderBy(each => each.Path, StringComparer.Ordinal)],
        PassedOver = passedOver ?? new Dictionary<string, int>(),
        Elapsed = System.Diagnostics.Stopwatch.GetElapsedTime(_start),
    };
}
