using SSAH.MLNet.Collections.Storage;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.VectorData.Sqlite;

/// <summary>A checksum over what is said of a collection: its name, its definition, its revision, and bits and models of its codes.</summary>
internal static class StoreSeal
{
    /// <summary>Stores the checksum of what is said now. Part of each write.</summary>
    public static void Write(Session session, long collection) =>
        session.Execute("INSERT OR REPLACE INTO seal VALUES ($1, $2)", collection, Of(session, collection));

    /// <summary>Throws where it is not what was stored.</summary>
    /// <exception cref="DamagedFileException">It is not.</exception>
    public static void Check(Session session, long collection)
    {
        if (session.Value("SELECT value FROM seal WHERE collection = $1", collection) is not long stored || stored != Of(session, collection))
            throw new DamagedFileException($"'{session.Path}' is a damaged vector store: what it says of collection {collection} is not what was stored. Make "
                + "the store again from its source; 'sqlite3 FILE .recover' may save its records.");
    }

    private static long Of(Session session, long collection)
    {
        var checksum = new RowChecksum();
        Add("SELECT id, name, definition, revision, changes_from FROM collection WHERE id = $1");
        Add("SELECT id, place, bits, model FROM vector WHERE collection = $1 ORDER BY place");
        return checksum.Value;

        void Add(string sql) => session.ForEach(sql, row =>
        {
            for (int i = 0; i < row.FieldCount; i++)
                checksum.AddStored(row.GetValue(i));
        }, collection);
    }
}
