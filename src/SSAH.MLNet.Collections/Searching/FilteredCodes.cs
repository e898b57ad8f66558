using System.Text.Json;
using System.Text.Json.Serialization;
using SSAH.MLNet.Collections.Storage;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Collections.Searching;

/// <summary>What the last few filters let through at one revision. Asking SQL for ten thousand ids costs far more than a search among them; where a filter
/// leaves few, their codes are a small index of its own, so that such a search costs less than one among all.</summary>
internal sealed class FilteredCodes(HammingIndex all)
{
    private const int Filters = 8, LeavesFew = 8;
    private static readonly JsonSerializerOptions s_anyNumber = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
    private readonly LinkedList<(string Key, CodePart Part)> _latest = new();

    /// <summary>Called when the codes have changed.</summary>
    public void Clear() => _latest.Clear();

    /// <summary>What a query for ids lets through, where it was asked lately.</summary>
    public CodePart? Known(string sql, object?[] values) => Known(KeyOf(sql, values));

    /// <summary>What a query for ids lets through. Part of a read transaction of the revision of the codes.</summary>
    public CodePart Of(Session session, string sql, object?[] values)
    {
        string key = KeyOf(sql, values);
        if (Known(key) is { } known)
            return known;
        List<long> ids = session.Query(sql, reader => reader.GetInt64(0), values);
        // An index without codes knows no model, and would not say that a query comes from another.
        CodePart made = ids.Count <= all.Count / LeavesFew && Few(ids) is { Count: > 0 } few ? new CodePart(few, null)
            : new CodePart(all, IdFilter.Only(ids));
        _latest.AddFirst((key, made));
        if (_latest.Count > Filters)
            _latest.RemoveLast();
        return made;
    }

    private CodePart? Known(string key)
    {
        for (LinkedListNode<(string Key, CodePart Part)>? node = _latest.First; node is not null; node = node.Next)
        {
            if (node.Value.Key != key)
                continue;
            _latest.Remove(node);
            _latest.AddFirst(node);
            return node.Value.Part;
        }
        return null;
    }

    private static string KeyOf(string sql, object?[] values) => sql + JsonSerializer.Serialize(values, s_anyNumber);

    private HammingFlatIndex Few(List<long> ids)
    {
        ids.Sort();
        var part = new HammingFlatIndex(all.Bits);
        var codes = new BinaryCodes(all.Bits, ids.Count) { ModelId = all.ModelId };
        var present = new List<long>(ids.Count);
        var code = new byte[codes.BytesPerCode];
        // What has no code is in no search.
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

/// <summary>Codes that a search looks at.</summary>
/// <param name="Codes">They, or all.</param>
/// <param name="Ids">Which of them; null is all.</param>
internal sealed record CodePart(HammingIndex Codes, IdFilter? Ids)
{
    public bool Contains(long id) => Ids?.Allows(id) ?? Codes.Contains(id);

    public HammingMatches Search(BinaryCodes queries, int count, int radius, CancellationToken cancellationToken) =>
        Codes.Search(queries, count, new HammingSearchOptions { Filter = Ids, MaxDistance = radius }, cancellationToken);
}
