using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Collections.Storage;

/// <summary>The log of removed images, by which readers take their codes out of the index.</summary>
internal static class Removals
{
    public static void Add(Session session, long image, long revision) =>
        session.Execute("INSERT OR REPLACE INTO removal VALUES ($1, $2, $3)", image, revision, Checksum(image, revision));

    /// <summary>The images that were removed after a revision; -1 gives all that the log has.</summary>
    /// <exception cref="DamagedFileException">A row is not what was stored.</exception>
    public static List<long> After(Session session, long revision) =>
        session.Query("SELECT image, revision, checksum FROM removal WHERE revision > $1", row =>
        {
            long image = row.GetInt64(0);
            return row.GetInt64(2) == Checksum(image, row.GetInt64(1)) ? image : throw new DamagedFileException(
                $"'{session.Path}' is a damaged collection: its log of removals is not what was stored. Make it again by Create and Sync; "
                + "'sqlite3 FILE .recover' may save its labels.");
        }, revision);

    private static long Checksum(long image, long revision)
    {
        var checksum = new RowChecksum();
        checksum.Add(image);
        checksum.Add(revision);
        return checksum.Value;
    }
}
