using System.Numerics;

namespace SSAH.MLNet.Orleans.Tests;

/// <summary>What a sharded index promises, the slow way: all codes in one dictionary, sorted for each query.</summary>
internal sealed class NaiveIndex(int bits)
{
    private readonly SortedDictionary<long, ulong[]> _codes = [];

    public int Count => _codes.Count;

    public IReadOnlyCollection<long> Ids => _codes.Keys;

    public void Upsert(BinaryCodes codes, long[] ids)
    {
        for (int i = 0; i < ids.Length; i++)
            _codes[ids[i]] = codes[i].ToArray();
    }

    public void Remove(long[] ids)
    {
        foreach (long id in ids)
            _codes.Remove(id);
    }

    public HammingMatch[] Nearest(BinaryCodes query, int k) => [.. Sorted(query).Take(k)];

    public HammingMatch[] Within(BinaryCodes query, int radius) => [.. Sorted(query).Where(match => match.Distance <= radius)];

    /// <summary>Codes of few values, so that distances tie.</summary>
    public static BinaryCodes RandomCodes(int bits, int count, Random random)
    {
        var codes = new BinaryCodes(bits, count);
        var packed = new byte[codes.BytesPerCode];
        for (int row = 0; row < count; row++)
        {
            Array.Clear(packed);
            for (int flips = random.Next(4); flips > 0; flips--)
            {
                int bit = random.Next(bits);
                packed[bit / 8] |= (byte)(1 << (bit % 8));
            }
            codes.Add(packed);
        }
        return codes;
    }

    private IOrderedEnumerable<HammingMatch> Sorted(BinaryCodes query)
    {
        Assert.Equal(bits, query.Bits);
        ulong[] words = query[0].ToArray();
        return _codes.Select(each => new HammingMatch(each.Key, each.Value.Index().Sum(word => BitOperations.PopCount(word.Item ^ words[word.Index]))))
            .OrderBy(match => match.Distance).ThenBy(match => match.Id);
    }
}
