using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Workarounds;

/// <summary>
/// Works around libtorch's thread pool, whose threads wait for each other in every operation: on matrices that take a few microseconds, and beside
/// other programs, two threads are slower than one (3,750 steps of a classifier took 158 s with two, 10 s with one, on two busy cores).
/// </summary>
internal static class SingleTorchThread
{
    /// <summary>One thread until the result is disposed.</summary>
    public static IDisposable Use()
    {
        int before = get_num_threads();
        set_num_threads(1);
        return new Restored(before);
    }

    private sealed class Restored(int threads) : IDisposable
    {
        public void Dispose() => set_num_threads(threads);
    }
}
