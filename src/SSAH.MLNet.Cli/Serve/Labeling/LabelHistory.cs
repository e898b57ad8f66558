using SSAH.MLNet.Collections;

namespace SSAH.MLNet.Cli.Serve.Labeling;

/// <summary>A change of an image's labels.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Id">The image.</param>
/// <param name="Before">The labels that it had.</param>
/// <param name="After">The labels that it got.</param>
internal sealed record LabelChange(long Number, long Id, IReadOnlyList<string> Before, IReadOnlyList<string> After);

/// <summary>Changes labels in the collection, at once, and takes the latest changes back. For any number of threads.</summary>
/// <param name="collection">The collection.</param>
internal sealed class LabelHistory(ImageCollection collection)
{
    private const int Kept = 10_000;
    private readonly Lock _changing = new();
    private readonly LinkedList<LabelChange> _changes = new();
    private long _numbers;

    /// <summary>Gives an image labels in place of those it has.</summary>
    /// <returns>The change; null where there is no such image.</returns>
    public LabelChange? Set(long id, IReadOnlyList<string> labels)
    {
        lock (_changing)
        {
            if (collection.Get(id) is not { } image || collection.Relabel([id], labels) == 0)
                return null;
            var change = new LabelChange(++_numbers, id, image.Labels, labels);
            _changes.AddLast(change);
            if (_changes.Count > Kept)
                _changes.RemoveFirst();
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
            LabelChange change = node.Value;
            // Somebody else's labels are not this change's to take away.
            bool isAsLeft = collection.Get(change.Id) is { } image && image.Labels.ToHashSet(StringComparer.Ordinal).SetEquals(change.After);
            return isAsLeft && collection.Relabel([change.Id], change.Before) == 1 ? change : null;
        }
    }
}
