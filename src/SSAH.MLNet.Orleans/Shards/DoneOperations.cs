using System.Runtime.InteropServices;

namespace SSAH.MLNet.Orleans.Shards;

/// <summary>
/// The last operations of a shard. A caller that got no answer asks again, and the first request may arrive after the second: done twice, it would
/// undo what was written in between.
/// </summary>
internal sealed class DoneOperations
{
    // Late requests are late by seconds, and a shard does some hundred writes in one.
    private const int Most = 4096;

    private readonly Queue<Guid> _inOrder = new();
    private readonly HashSet<Guid> _all = [];

    public bool Contains(Guid operation) => _all.Contains(operation);

    public void Add(Guid operation)
    {
        if (operation == Guid.Empty || !_all.Add(operation))
            return;
        _inOrder.Enqueue(operation);
        if (_inOrder.Count > Most)
            _all.Remove(_inOrder.Dequeue());
    }

    public void Clear()
    {
        _inOrder.Clear();
        _all.Clear();
    }

    /// <summary>Adds those of a log's first record.</summary>
    public void Add(LogRecord done)
    {
        foreach (Guid operation in MemoryMarshal.Cast<long, Guid>(done.Ids))
            Add(operation);
    }

    /// <summary>The first record of the next log.</summary>
    public LogRecord ToRecord() =>
        new(LogRecordKind.Done, Guid.Empty, MemoryMarshal.Cast<Guid, long>(_inOrder.ToArray()).ToArray(), [], null);
}
