using System.Collections.Concurrent;

namespace SSAH.MLNet.Hashing;

/// <summary>Pinned memory that searches use one after the other: the pinned heap is not compacted, so a search should leave nothing on it.</summary>
internal static unsafe class PinnedScratch
{
    /// <summary>Larger pieces (64 long queries at once) are not kept.</summary>
    private const int MaxKeptWords = 1 << 17;

    private static readonly ConcurrentBag<ulong[]> s_kept = [];
    private static readonly int s_mostKept = 2 * Environment.ProcessorCount;

    /// <summary>Rents words that start at a cache line and hold anything.</summary>
    /// <param name="words">Number of words.</param>
    /// <param name="start">The first word.</param>
    /// <returns>The owner, for <see cref="Return"/>.</returns>
    public static ulong[] Rent(int words, out ulong* start)
    {
        if (s_kept.TryTake(out ulong[]? kept) && kept.Length >= words + BlockLayout.PlaneWords)
        {
            start = PinnedMemory.AlignedStart(kept);
            return kept;
        }
        // A piece that is too small is left to the collector: the larger one takes its place.
        return PinnedMemory.Allocate(words, out start);
    }

    /// <summary>Gives memory back; nobody may use its address any more.</summary>
    public static void Return(ulong[] owner)
    {
        if (owner.Length <= MaxKeptWords && s_kept.Count < s_mostKept)
            s_kept.Add(owner);
    }
}
