namespace SSAH.MLNet.Hashing;

/// <summary>
/// Exact Hamming search by scanning all codes. The scan is bit-sliced: hundreds of codes are compared by one instruction.
/// </summary>
/// <remarks>Thread-safe: any number of searches run while one thread adds or removes; a search sees the index as it was when it began.
/// Writers take turns.</remarks>
public sealed class HammingFlatIndex : HammingIndex
{
    /// <summary>Makes an empty index.</summary>
    /// <param name="bits">Code length in bits, 1 to 4,096.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bits"/> is not in 1..4096.</exception>
    public HammingFlatIndex(int bits)
        : base(bits)
    {
    }

    /// <summary>Makes an index of codes, with their rows as ids.</summary>
    /// <param name="codes">The codes; copied.</param>
    public HammingFlatIndex(BinaryCodes codes)
        : base(BitsOf(codes)) => Add(codes);

    private protected override HammingMatch[][] FindNearest(
        BinaryCodes queries, int k, HammingSearchOptions options, CancellationToken cancellationToken) =>
        FlatSearch.Nearest(Store.Snapshot, queries, k, options, cancellationToken);

    private protected override HammingMatch[][] FindWithin(
        BinaryCodes queries, int radius, HammingSearchOptions options, CancellationToken cancellationToken) =>
        FlatSearch.Within(Store.Snapshot, queries, radius, options, cancellationToken);
}
