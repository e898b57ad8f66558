using System.Runtime;

namespace SSAH.MLNet.Training.Loop;

/// <summary>
/// While a training runs, garbage is collected in the foreground only. TorchSharp 0.107 does not keep the <c>Scalar</c> of an expression such as <c>x * 2.0</c> alive until native
/// code has read it: a collection in the background may free it in between, and the operation then throws.
/// </summary>
/// <remarks>
/// A foreground collection starts where its thread allocates, never inside the training thread's native calls, unless another thread of the program allocates much at the same time:
/// against that this does not help. The setting (<see cref="GCSettings.LatencyMode"/>) is the whole program's; it is put back when the last training ends.
/// </remarks>
internal sealed class ForegroundCollections : IDisposable
{
    private static readonly Lock s_gate = new();
    private static int s_users;
    private static GCLatencyMode s_before;
    private bool _released;

    private ForegroundCollections()
    {
        lock (s_gate)
            if (s_users++ == 0)
                s_before = Change(GCLatencyMode.Batch);
    }

    /// <summary>Collects in the foreground only until the result is disposed.</summary>
    public static ForegroundCollections Start() => new();

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (s_gate)
        {
            if (_released)
                return;
            _released = true;
            // A mode that the program has chosen meanwhile stays.
            if (--s_users == 0 && GCSettings.LatencyMode == GCLatencyMode.Batch)
                Change(s_before);
        }
    }

    private static GCLatencyMode Change(GCLatencyMode mode)
    {
        var before = GCSettings.LatencyMode;
        // A program in a region without collections has none in the background either, and may not change the mode.
        if (before != GCLatencyMode.NoGCRegion && mode != GCLatencyMode.NoGCRegion)
            GCSettings.LatencyMode = mode;
        return before;
    }
}
