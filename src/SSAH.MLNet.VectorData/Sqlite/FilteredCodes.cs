using System.Text.Json;
using System.Text.Json.Serialization;
using SSAH.MLNet.Collections.Storage;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.VectorData.Sqlite;

/// <summary>What the last few filters let through at one revision. Asking SQL for ten thousand records costs far more than a search among them; where a filter
/// leaves few, their codes are a small index of its own, so that such a search costs less than one among all.</summary>
internal sealed class FilteredCodes(HammingIndex all)
{
    private const int Filters = 8, LeavesFew = 8;
    private static readonly JsonSerializerOptions s_anyNumber = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
    private readonly LinkedList<(string Key, HammingIndex Codes, IdFilter? Ids)> _latest = new();

    public void Clear() => _latest.Clear();

    /// <summary>The nearest codes that a filter lets through.</summary>
    public HammingMatch[] Search(Session session, string sql, object?[] values, BinaryCodes code, int count, int radius, CancellationToken cancellationToken)
    {
        (string _, HammingIndex codes, IdFilter? ids) = Of(session, sql, values);
        return codes.Search(code, count, new HammingSearchOptions { Filter = ids, MaxDistance = radius }, cancellationToken)[0].ToArray();
    }

    private (string Key, HammingIndex Codes, IdFilter? Ids) Of(Session session, string sql, object?[] values)
    {
        string key = sql + JsonSerializer.Serialize(values, s_anyNumber);
        for (LinkedListNode<(string Key, HammingIndex Codes, IdFilter? Ids)>? node = _latest.First; node is not null; node = node.Next)
        {
            if (node.Value.Key != key)
                continue;
            _latest.Remove(node);
            _latest.AddFirst(node);
            return node.Value;
        }
        List<long> ids = session.Query(sql, reader => reader.GetInt64(0), values);
        (string, HammingIndex, IdFilter?) made = ids.Count <= all.Count / LeavesFew ? (key, Part(ids), null) : (key, all, IdFilter.Only(ids));
        _latest.AddFirst(made);
        if (_latest.Count > Filters)
            _latest.RemoveLast();
        return made;
    }

    private HammingFlatIndex Part(List<long> ids)
    {
        ids.Sort();
        var part = new HammingFlatIndex(all.Bits);
        var codes = new BinaryCodes(all.Bits, ids.Count);
        var present = new List<long>(ids.Count);
        var code = new byte[codes.BytesPerCode];
        // Records without a code are in no search.
        foreach (long id in ids)
        {
            if (!all.TryReconstruct(id, code))
                continue;
            codes.Add(code);
            present.Add(id);
        }
        part.Add(codes, [.. present]);
        return part;
    }
}
