namespace SSAH.MLNet.Benchmarks.Scale;

/// <summary>Something that is searched.</summary>
internal interface ILoad
{
    /// <summary>Finds the nearest of each query.</summary>
    /// <param name="queries">Packed codes.</param>
    /// <param name="k">How many are wanted.</param>
    /// <param name="radius">The largest distance, or null.</param>
    /// <param name="groupOf">The group that each query looks in, or null for all.</param>
    /// <returns>The distances of all that was found, query after query.</returns>
    List<double> Search(byte[][] queries, int k, int? radius = null, Func<int, int>? groupOf = null);
}

/// <summary>The bare index, to compare with.</summary>
internal sealed class IndexLoad(HammingIndex index, BinaryCodes codes) : ILoad
{
    private readonly BinaryCodes[] _single = [.. Enumerable.Range(0, codes.Count).Select(i => codes.Slice(i, 1))];

    public List<double> Search(byte[][] queries, int k, int? radius = null, Func<int, int>? groupOf = null)
    {
        var scores = new List<double>();
        foreach (BinaryCodes query in _single)
            foreach (HammingMatch match in radius is { } most ? index.SearchRadius(query, most)[0] : index.Search(query, k)[0])
                scores.Add(match.Distance);
        return scores;
    }
}
