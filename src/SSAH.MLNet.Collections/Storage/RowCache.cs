using System.Diagnostics.CodeAnalysis;

namespace SSAH.MLNet.Collections.Storage;

/// <summary>
/// Rows that were read lately, of one revision of the file. SQLite keeps pages in memory, but to find a row among a million in them costs more than a tenth of
/// a search. For one thread at a time.
/// </summary>
/// <param name="mostBytes">About how much memory it takes.</param>
internal sealed class RowCache<TRow>(long mostBytes)
    where TRow : class
{
    // What the older half has and nobody asked for goes when the newer half is full.
    private Dictionary<long, (TRow Row, int Bytes)> _newer = [], _older = [];
    private long _newerBytes;
    private (long Collection, long Revision) _state = (-1, -1);

    /// <summary>Number of rows.</summary>
    public int Count => _newer.Count + _older.Count;

    /// <summary>Forgets all rows where they are of another state than this.</summary>
    public void MoveTo(long collection, long revision)
    {
        if (_state == (collection, revision))
            return;
        // Clearing many takes as long as they were.
        (_newer, _older, _newerBytes, _state) = ([], [], 0, (collection, revision));
    }

    public bool TryGet(long id, [MaybeNullWhen(false)] out TRow row)
    {
        if (_newer.TryGetValue(id, out (TRow Row, int Bytes) known))
        {
            row = known.Row;
            return true;
        }
        bool isKnown = _older.Remove(id, out known);
        row = known.Row;
        if (isKnown)
            Add(id, known.Row, known.Bytes);
        return isKnown;
    }

    /// <summary>Keeps a row.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="row">The row.</param>
    /// <param name="bytes">About how much memory it takes.</param>
    public void Add(long id, TRow row, int bytes)
    {
        if (!_newer.TryAdd(id, (row, bytes)))
            return;
        _newerBytes += bytes;
        if (_newerBytes <= mostBytes / 2)
            return;
        (_newer, _older, _newerBytes) = ([], _newer, 0);
    }
}
