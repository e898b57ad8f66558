using Microsoft.Extensions.VectorData;
using SSAH.MLNet.Collections.Searching;
using SSAH.MLNet.Collections.Storage;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.VectorData.Sqlite;

/// <summary>The exact index over the codes of one vector property, as the file had them at one revision of the collection. Whoever uses it holds the lock of
/// the session that it reads by.</summary>
internal sealed class CollectionIndex
{
    private const int Chunk = 1 << 16;
    private readonly string _codes;
    private readonly FilteredCodes _filtered;
    private long _lastId;
    private (long Collection, long Revision) _state;

    private CollectionIndex(string codes, StoredModel model, string? kind)
    {
        (_codes, Model) = (codes, model);
        Codes = kind == HashIndexKind.MultiHash ? new MultiHashIndex(model.Bits) : new HammingFlatIndex(model.Bits);
        _filtered = new FilteredCodes(Codes);
    }

    /// <summary>The model of the codes; its id is empty where it is not known. Its key is part of each code's checksum.</summary>
    public StoredModel Model { get; }

    public HammingIndex Codes { get; }

    /// <summary>Reads all codes.</summary>
    public static CollectionIndex Load(Session session, StoredCollection collection, string codes, StoredModel model, string? kind)
    {
        var index = new CollectionIndex(codes, model, kind);
        index.AddNew(session);
        index._state = (collection.Id, collection.Revision);
        return index;
    }

    /// <summary>Whether it has all that the collection has at this revision.</summary>
    public bool IsAt(StoredCollection collection) => _state == (collection.Id, collection.Revision);

    /// <summary>This index with what was written since, or null where it must be loaded again.</summary>
    public CollectionIndex? Current(Session session, StoredCollection collection)
    {
        if (IsAt(collection))
            return this;
        if (_state.Collection != collection.Id || _state.Revision < collection.ChangesFrom)
            return null;
        // What is new has larger numbers than all before; what was changed or removed is in the log.
        long[] changed = [.. ChangeLog.After(session, collection.Id, _state.Revision).Distinct().Where(id => id <= _lastId).Order()];
        if (changed.Length > 0)
        {
            Codes.Remove(changed);
            var added = new Batch(this, session);
            foreach (long id in changed)
                session.ForEach($"SELECT record, code FROM {_codes} WHERE record = $1", added.Take, id);
            added.Flush();
        }
        AddNew(session);
        _state = (collection.Id, collection.Revision);
        _filtered.Clear();
        return this;
    }

    /// <summary>The codes that a filter lets through. Part of a read transaction of the revision that the index is at.</summary>
    public CodePart Of(Session session, (string Sql, object?[] Values)? filter) =>
        filter is { } given ? _filtered.Of(session, given.Sql, given.Values) : new CodePart(Codes, null);

    /// <summary>The same without the file; null where the filter was not asked for lately.</summary>
    public CodePart? Known((string Sql, object?[] Values)? filter) =>
        filter is { } given ? _filtered.Known(given.Sql, given.Values) : new CodePart(Codes, null);

    private void AddNew(Session session)
    {
        var added = new Batch(this, session);
        session.ForEach($"SELECT record, code FROM {_codes} WHERE record > $1 ORDER BY record", added.Take, _lastId);
        added.Flush();
    }

    private sealed class Batch(CollectionIndex index, Session session)
    {
        private readonly List<long> _ids = [];
        private BinaryCodes _codes = new(index.Model.Bits);

        public void Take(StoredRow reader)
        {
            long id = reader.GetInt64(0);
            byte[] blob = reader.GetBytes(1);
            Add(() => _codes.Add(SealedBlob.Code(session.Path, id, index.Model, blob)));
            _ids.Add(id);
            index._lastId = Math.Max(index._lastId, id);
            if (_ids.Count == Chunk)
                Flush();
        }

        // Padding bits that are set, a negative number, one twice: nothing that this library writes.
        private void Add(Action add)
        {
            try
            {
                add();
            }
            catch (ArgumentException error)
            {
                throw new DamagedFileException($"'{session.Path}' is a damaged vector store: {error.Message}", error);
            }
        }

        public void Flush()
        {
            if (_ids.Count > 0)
                Add(() => index.Codes.Add(_codes, [.. _ids]));
            _codes = new BinaryCodes(index.Model.Bits);
            _ids.Clear();
        }
    }
}
