using Microsoft.ML.Runtime;

namespace SSAH.MLNet;

/// <summary>Counts how often all rows of a view were encoded, and says once that a cache would save it.</summary>
internal sealed class FullPasses(IHostEnvironment? environment, string codeColumnName)
{
    private const int Tolerated = 3;

    private int _count;

    /// <summary>Whether the warning was given; for tests.</summary>
    public bool HasWarned => Volatile.Read(ref _count) >= Tolerated;

    /// <summary>A reader has come to the end of the rows.</summary>
    public void Add()
    {
        if (Interlocked.Increment(ref _count) == Tolerated)
            MLNetInternals.Warn(environment,
                $"All rows have been encoded {Tolerated} times, because column '{codeColumnName}' or its activations were read {Tolerated} times to the end; "
                + "the network runs again each time. A trainer that makes many passes needs a cache: add AppendCacheCheckpoint(mlContext) after the "
                + "encoder, or read mlContext.Data.Cache(encoded).");
    }
}
