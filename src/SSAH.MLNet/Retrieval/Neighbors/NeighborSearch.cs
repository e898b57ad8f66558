using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>An index with what is found in it and looked up for what was found. Immutable but for the index itself.</summary>
/// <param name="Index">The index.</param>
/// <param name="Options">What to find.</param>
/// <param name="Lookup">Values of the database's rows; null if none are wanted.</param>
internal sealed record NeighborSearch(HammingIndex Index, NeighborOptions Options, NeighborLookup? Lookup)
{
    // One thread for each row: ML.NET already reads rows on several.
    private static readonly HammingSearchOptions s_oneThread = new() { Threads = 1 };

    /// <summary>Whether the index had keys when the search was made.</summary>
    public bool HasKeys { get; } = Index.Store.Snapshot.Keys is not null;

    /// <summary>Whether a row is known by its place among the rows alone.</summary>
    public bool GoesByPosition => Options is { ExcludeSelf: true, IdColumnName: null };

    /// <summary>Finds the neighbors of one code; places beyond the size of the index get -1.</summary>
    /// <param name="code">The code.</param>
    /// <param name="self">The id to leave out; null leaves none out.</param>
    /// <param name="ids">Takes K ids.</param>
    /// <param name="distances">Takes K distances.</param>
    public void Find(BinaryCodes code, long? self, Span<long> ids, Span<int> distances)
    {
        ReadOnlySpan<HammingMatch> matches = Index.Search(code, Options.K + (self is null ? 0 : 1), s_oneThread)[0];
        int found = 0;
        foreach (HammingMatch match in matches)
        {
            if (match.Id == self || found == ids.Length)
                continue;
            (ids[found], distances[found]) = (match.Id, match.Distance);
            found++;
        }
        ids[found..].Fill(-1);
        distances[found..].Fill(-1);
    }
}
