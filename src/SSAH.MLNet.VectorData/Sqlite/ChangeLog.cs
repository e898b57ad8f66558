using SSAH.MLNet.Collections.Storage;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.VectorData.Sqlite;

/// <summary>The log of records that were changed or removed, by which readers bring their indexes into step.</summary>
internal static class ChangeLog
{
    public static void Add(Session session, long collection, long revision, long record) =>
        session.Execute("INSERT OR IGNORE INTO change VALUES ($1, $2, $3, $4)", collection, revision, record, Checksum(collection, revision, record));

    /// <summary>The records that were changed or removed after a revision.</summary>
    /// <exception cref="DamagedFileException">A row is not what was stored.</exception>
    public static List<long> After(Session session, long collection, long revision) =>
        session.Query("SELECT revision, record, checksum FROM change WHERE collection = $1 AND revision > $2", row =>
        {
            long record = row.GetInt64(1);
            return row.GetInt64(2) == Checksum(collection, row.GetInt64(0), record) ? record : throw new DamagedFileException(
                $"'{session.Path}' is a damaged vector store: its log of changes is not what was stored. Make the store again from its source; "
                + "'sqlite3 FILE .recover' may save its records.");
        }, collection, revision);

    /// <summary>Throws where a row is not what was stored.</summary>
    public static void Check(Session session, long collection) => After(session, collection, -1);

    private static long Checksum(long collection, long revision, long record)
    {
        var checksum = new RowChecksum();
        checksum.Add(collection);
        checksum.Add(revision);
        checksum.Add(record);
        return checksum.Value;
    }
}
