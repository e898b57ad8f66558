namespace SSAH.MLNet.Hashing;

/// <summary>How a search runs. None of it but the filter and the largest distance changes what is found.</summary>
public sealed record HammingSearchOptions
{
    internal static HammingSearchOptions Default { get; } = new();

    /// <summary>Threads to use at most; 0, the default, is one for each processor. Batches are split by queries, a single query by codes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int Threads
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }

    /// <summary>The ids that may be found; <see langword="null"/>, the default, is all.</summary>
    public IdFilter? Filter { get; init; }

    /// <summary>The largest distance of what a search for the nearest finds.</summary>
    internal int MaxDistance { get; init; } = BinaryCodes.MaxBits;

    /// <summary>For tests: the vector width.</summary>
    internal KernelLevel Level { get; init; } = KernelLevels.Best;

    /// <summary>Share of a scan's time that may be spent on hash tables before giving up: bounds the loss where they do not help. Tests set
    /// it to force either way.</summary>
    internal double ProbingShare { get; init; } = 0.6;

    internal int ActualThreads => Threads == 0 ? Environment.ProcessorCount : Threads;
}
