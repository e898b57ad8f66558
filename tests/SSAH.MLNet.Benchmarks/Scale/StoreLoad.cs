using Microsoft.Extensions.VectorData;

namespace SSAH.MLNet.Benchmarks.Scale;

/// <summary>One collection that is filled and searched.</summary>
internal sealed class StoreLoad(VectorStore store, string name, string kind, BinaryCodes codes) : ILoad
{
    private const int AtOnce = 50_000, Groups = 100;

    private readonly VectorStoreCollection<int, ScaleRecord> _records =
        store.GetCollection<int, ScaleRecord>(name, ScaleRecord.Definition(codes.Bits, kind));

    public void Create() => _records.EnsureCollectionExistsAsync().GetAwaiter().GetResult();

    /// <summary>Writes all codes; every hundredth is in one group.</summary>
    public void Fill()
    {
        Create();
        for (int first = 0; first < codes.Count; first += AtOnce)
        {
            int from = first;
            _records.UpsertAsync(Enumerable.Range(from, Math.Min(AtOnce, codes.Count - from)).Select(row => new ScaleRecord
            {
                Id = row, Group = row % Groups, Code = Packed(codes, row),
            })).GetAwaiter().GetResult();
        }
    }

    public List<double> Search(byte[][] queries, int k, int? radius = null, Func<int, int>? groupOf = null)
    {
        var scores = new List<double>();
        for (int i = 0; i < queries.Length; i++)
        {
            int group = groupOf?.Invoke(i) ?? 0;
            var options = new VectorSearchOptions<ScaleRecord> { ScoreThreshold = radius, Filter = groupOf is null ? null : record => record.Group == group };
            foreach (VectorSearchResult<ScaleRecord> match in _records.SearchAsync(queries[i], k, options).ToBlockingEnumerable())
                scores.Add(match.Score!.Value);
        }
        return scores;
    }

    public static byte[][] Packed(BinaryCodes codes) => [.. Enumerable.Range(0, codes.Count).Select(row => Packed(codes, row))];

    public static byte[] Packed(BinaryCodes codes, int row)
    {
        var code = new byte[codes.BytesPerCode];
        codes.CopyPacked(row, code);
        return code;
    }
}
