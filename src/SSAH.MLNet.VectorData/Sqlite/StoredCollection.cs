using Microsoft.Extensions.VectorData;
using SSAH.MLNet.Collections.Storage;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.VectorData.Sqlite;

/// <summary>A collection's row.</summary>
/// <param name="Id">Its number, never used again.</param>
/// <param name="Revision">Raised by every commit that writes its records.</param>
/// <param name="ChangesFrom">The log of changes is whole after this revision.</param>
internal sealed record StoredCollection(long Id, long Revision, long ChangesFrom)
{
    // Readers that are further behind, or behind more changes at once, read all codes again.
    private const int KeptRevisions = 1000, MaxLoggedChanges = 10_000;

    /// <summary>The collection of a name, or null.</summary>
    public static StoredCollection? Find(Session session, string name) =>
        session.Query("SELECT id, revision, changes_from FROM collection WHERE name = $1", Read, name).FirstOrDefault();

    /// <summary>Begins a write. Part of a write transaction.</summary>
    /// <exception cref="VectorStoreException">There is no such collection.</exception>
    public static StoredCollection BeginWrite(Session session, string name)
    {
        StoredCollection collection = Find(session, name) ?? throw Missing(name);
        StoreSeal.Check(session, collection.Id);
        session.Execute("UPDATE collection SET revision = revision + 1 WHERE id = $1", collection.Id);
        return collection with { Revision = collection.Revision + 1 };
    }

    public static VectorStoreException Missing(string name) => new($"There is no collection '{name}': call EnsureCollectionExistsAsync first.");

    /// <summary>Ends a write: notes which records were changed or removed, for those who have the codes in memory.</summary>
    public void EndWrite(Session session, IReadOnlyCollection<long> changed)
    {
        bool logs = changed.Count <= MaxLoggedChanges;
        if (logs)
            foreach (long id in changed)
                ChangeLog.Add(session, Id, Revision, id);
        long until = logs ? Revision - KeptRevisions : Revision;
        if (session.Execute("DELETE FROM change WHERE collection = $1 AND revision <= $2", Id, until) > 0 || !logs)
            session.Execute("UPDATE collection SET changes_from = max(changes_from, $2) WHERE id = $1", Id, until);
        StoreSeal.Write(session, Id);
    }

    /// <summary>The model of a vector property's codes.</summary>
    public StoredModel Vector(Session session, int place) =>
        session.Query("SELECT id, coalesce(model, ''), bits FROM vector WHERE collection = $1 AND place = $2",
            reader => new StoredModel(reader.GetInt64(0), reader.GetString(1), reader.GetInt32(2)), Id, place)
            is [{ Bits: >= 1 and <= BinaryCodes.MaxBits } model]
            ? model
            : throw new DamagedFileException($"'{session.Path}' is a damaged vector store: it does not say how long the codes of a collection are.");

    private static StoredCollection Read(StoredRow reader) => new(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
}
