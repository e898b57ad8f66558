using System.Runtime;

namespace SSAH.MLNet.Training.Workarounds;

/// <summary>
/// TorchSharp 0.107 does not keep the <c>Scalar</c> of an expression such as <c>x * 2.0</c> alive until native code has read it: a collection in the background may free it in
/// between, and the operation then throws. While a training runs, garbage is collected in the foreground only.
/// </summary>
/// <remarks>
/// A foreground collection starts where its thread allocates, never inside the training thread's native calls, unless another thread of the program allocates much at the same time:
/// against that this does not help. The setting (<see cref="GCSettings.LatencyMode"/>) is the whole program's; it is put back when the last training ends.
/// </remarks>
internal static class TorchSharpScalarFinalization
{
    private static readonly SharedSetting s_setting = new(Begin, End);
    private static GCLatencyMode s_before;

    /// <summary>Collects in the foreground only until the result is disposed.</summary>
    public static IDisposable Prevent() => s_setting.Use();

    private static void Begin()
    {
        s_before = GCSettings.LatencyMode;
        // A region without collections has none in the background either, and its mode cannot be changed.
        if (s_before != GCLatencyMode.NoGCRegion)
            GCSettings.LatencyMode = GCLatencyMode.Batch;
    }

    private static void End()
    {
        // A mode that the program has chosen meanwhile stays.
        if (s_before != GCLatencyMode.NoGCRegion && GCSettings.LatencyMode == GCLatencyMode.Batch)
            GCSettings.LatencyMode = s_before;
    }
}
