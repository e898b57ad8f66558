using SSAH.MLNet.Collections;

namespace SSAH.MLNet.Cli.Serve.Labeling;

/// <summary>A change of an image's labels.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Id">The image.</param>
/// <param name="Before">The labels that it had.</param>
/// <param name="After">The labels that it got.</param>
internal sealed record LabelChange(long Number, long Id, IReadOnlyList<string> Before, IReadOnlyList<string> After);

/// <summary>
/// Changes labels in the collection, at once, takes the latest changes back, and remembers which images were skipped, also over an end of the service. For
/// any number of threads.
/// </summary>
internal sealed class LabelHistory
{
    private const int Kept = 10_000;
    private readonly Lock _changing = new();
    private readonly LinkedList<LabelChange> _changes = new();
    private readonly HashSet<long> _skipped = [];
    private readonly ImageCollection _collection;
    private readonly LabelingFile _file;
    private long _numbers;

    /// <param name="collection">The collection.</param>
    public LabelHistory(ImageCollection collection)
    {
        (_collection, _file) = (collection, LabelingFile.Of(collection.Path));
        foreach (LabelingFile.Line line in _file.Read())
            Replay(line);
    }

    /// <summary>Number of changes that can be taken back.</summary>
    public int Undoable
    {
        get
        {
            lock (_changing)
                return _changes.Count;
        }
    }

    /// <summary>The images that were skipped and have got no label since.</summary>
    public IReadOnlySet<long> Skipped
    {
        get
        {
            lock (_changing)
                return _skipped.ToHashSet();
        }
    }

    /// <summary>Remembers that an image is not to be proposed.</summary>
    public void Skip(long id)
    {
        lock (_changing)
            if (_skipped.Add(id))
                _file.Add(new LabelingFile.Line(Skipped: id));
    }

    /// <summary>Forgets which images were skipped.</summary>
    public void ProposeSkippedAgain()
    {
        lock (_changing)
        {
            _skipped.Clear();
            _file.Add(new LabelingFile.Line(Unskipped: true));
        }
    }

    /// <summary>Gives an image labels in place of those it has.</summary>
    /// <returns>The change; null where there is no such image.</returns>
    public LabelChange? Set(long id, IReadOnlyList<string> labels)
    {
        lock (_changing)
        {
            if (_collection.Get(id) is not { } image || _collection.Relabel([id], labels) == 0)
                return null;
            var change = new LabelChange(_numbers + 1, id, image.Labels, labels);
            Take(change);
            _file.Add(new LabelingFile.Line(change));
            return change;
        }
    }

    /// <summary>Takes a change back.</summary>
    /// <param name="number">The change; null is the latest.</param>
    /// <returns>What was taken back; null where there is no such change, or its image was labeled anew or removed since.</returns>
    public LabelChange? Undo(long? number)
    {
        lock (_changing)
        {
            LinkedListNode<LabelChange>? node = _changes.Last;
            while (node is not null && number is not null && node.Value.Number != number)
                node = node.Previous;
            if (node is null)
                return null;
            _changes.Remove(node);
            _file.Add(new LabelingFile.Line(Undone: node.Value.Number));
            LabelChange change = node.Value;
            // Somebody else's labels are not this change's to take away.
            bool isAsLeft = _collection.Get(change.Id) is { } image && image.Labels.ToHashSet(StringComparer.Ordinal).SetEquals(change.After);
            return isAsLeft && _collection.Relabel([change.Id], change.Before) == 1 ? change : null;
        }
    }

    private void Take(LabelChange change)
    {
        _numbers = change.Number;
        _skipped.Remove(change.Id);
        _changes.AddLast(change);
        if (_changes.Count > Kept)
            _changes.RemoveFirst();
    }

    private void Replay(LabelingFile.Line line)
    {
        if (line.Change is { Before: not null, After: not null } change)
            Take(change);
        if (line.Undone is { } undone && _changes.LastOrDefault(each => each.Number == undone) is { } taken)
            _changes.Remove(taken);
        if (line.Skipped is { } skipped)
            _skipped.Add(skipped);
        if (line.Unskipped == true)
            _skipped.Clear();
    }
}
