using SSAH.MLNet.Hashing.Tests.Codes;

namespace SSAH.MLNet.Hashing.Tests.Indexes;

/// <summary>An index from the definition: a dictionary of codes. Every operation of the real one is mirrored here.</summary>
internal sealed class IndexModel(int bits)
{
    private readonly SortedDictionary<long, byte[]> _codes = [];

    public long NextId { get; private set; }

    public IReadOnlyCollection<long> Ids => _codes.Keys;

    public void Add(BinaryCodes codes, IReadOnlyList<long> ids)
    {
        for (int i = 0; i < codes.Count; i++)
        {
            byte[] packed = new byte[codes.BytesPerCode];
            codes.CopyPacked(i, packed);
            _codes.Add(ids[i], packed);
            NextId = Math.Max(NextId, ids[i] + 1);
        }
    }

    public bool Remove(long id) => _codes.Remove(id);

    public void Check(HammingIndex index, BinaryCodes queries, int k, int radius, HammingSearchOptions options, Func<long, bool>? allows = null)
    {
        Assert.Equal(_codes.Count, index.Count);
        Assert.Equal(NextId, index.NextId);
        var all = new BinaryCodes(bits);
        var ids = new List<long>();
        byte[] packed = new byte[all.BytesPerCode];
        foreach ((long id, byte[] code) in _codes)
        {
            Assert.True(index.TryReconstruct(id, packed));
            Assert.Equal(code, packed);
            if (allows is not null && !allows(id))
                continue;
            all.Add(code);
            ids.Add(id);
        }
        HammingMatches nearest = index.Search(queries, k, options), within = index.SearchRadius(queries, radius, options),
            nearestWithin = index.Search(queries, k, options with { MaxDistance = radius });
        Assert.Equal(queries.Count, nearest.QueryCount);
        for (int query = 0; query < queries.Count; query++)
        {
            HammingMatch[] ranked = TestCodes.Ranked(all, ids, queries[query]);
            Assert.Equal(ranked.Take(k), nearest[query].ToArray());
            Assert.Equal(ranked.Where(match => match.Distance <= radius), within[query].ToArray());
            Assert.Equal(ranked.Where(match => match.Distance <= radius).Take(k), nearestWithin[query].ToArray());
        }
    }
}
