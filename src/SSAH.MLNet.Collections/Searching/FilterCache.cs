using System.Text.Json;
using SSAH.MLNet.Collections.Storage;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Collections.Searching;

/// <summary>What the last few filters let through at one revision of the file: asking SQL for ten thousand ids costs far more than a search among
/// them.</summary>
internal sealed class FilterCache
{
    private const int Filters = 4;
    private readonly LinkedList<(string Key, IdFilter Ids)> _latest = new();
    private long _revision = -1;

    /// <summary>The ids that a filter lets through.</summary>
    public IdFilter IdsOf(Session session, ImageFilter filter, long revision)
    {
        if (revision != _revision)
            _latest.Clear();
        _revision = revision;
        var sql = new FilterSql(filter, Root.All(session));
        string key = sql.Text + JsonSerializer.Serialize(sql.Values);
        for (LinkedListNode<(string Key, IdFilter Ids)>? node = _latest.First; node is not null; node = node.Next)
        {
            if (node.Value.Key != key)
                continue;
            _latest.Remove(node);
            _latest.AddFirst(node);
            return node.Value.Ids;
        }
        var ids = IdFilter.Only(session.Query($"SELECT i.id FROM image i WHERE {sql.Text}", reader => reader.GetInt64(0), sql.Values));
        _latest.AddFirst((key, ids));
        if (_latest.Count > Filters)
            _latest.RemoveLast();
        return ids;
    }
}
