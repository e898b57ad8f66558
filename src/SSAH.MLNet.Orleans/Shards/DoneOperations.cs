using System.Runtime.InteropServices;

namespace SSAH.MLNet.Orleans.Shards;

/// <summary>
/// The operations of a shard that may still arrive again. A caller that got no answer asks again, and the first request may arrive after the second: done
/// twice, it would undo what was written in between. Each is kept as long as a silo with a slow clock would still do it.
/// </summary>
internal sealed class DoneOperations
{
    private const uint MarginSeconds = 60;

    private readonly PriorityQueue<Guid, uint> _byEnd = new();
    private readonly HashSet<Guid> _all = [];

    /// <summary>Seconds since 1970 UTC.</summary>
    public static uint Now => (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    public bool Contains(Guid operation) => _all.Contains(operation);

    public void Add(Guid operation, uint until)
    {
        uint now = Now;
        while (_byEnd.TryPeek(out Guid over, out uint end) && IsOver(end, now))
        {
            _byEnd.Dequeue();
            _all.Remove(over);
        }
        if (operation != Guid.Empty && !IsOver(until, now) && _all.Add(operation))
            _byEnd.Enqueue(operation, until);
    }

    public void Clear()
    {
        _byEnd.Clear();
        _all.Clear();
    }

    /// <summary>Adds those of a log's first record.</summary>
    public void Add(LogRecord done)
    {
        ReadOnlySpan<long> ids = done.Ids;
        for (int i = 0; i + 3 <= ids.Length; i += 3)
            Add(MemoryMarshal.Read<Guid>(MemoryMarshal.AsBytes(ids.Slice(i, 2))), (uint)ids[i + 2]);
    }

    /// <summary>The first record of the next log.</summary>
    public LogRecord ToRecord()
    {
        var ids = new long[_byEnd.Count * 3];
        int next = 0;
        foreach ((Guid operation, uint until) in _byEnd.UnorderedItems)
        {
            MemoryMarshal.Write(MemoryMarshal.AsBytes(ids.AsSpan(next, 2)), operation);
            ids[next + 2] = until;
            next += 3;
        }
        return new LogRecord(LogRecordKind.Done, Guid.Empty, ids, [], null);
    }

    private static bool IsOver(uint until, uint now) => (long)until + MarginSeconds < now;
}
