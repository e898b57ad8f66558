namespace SSAH.MLNet.Collections.Storage;

/// <summary>Gives back to the disk what removed images and codes of a former model took. Readers go on reading the state that they began with.</summary>
internal static class FreePages
{
    // Fewer are filled again by what is added next.
    private const int FewestPages = 256, LeastShare = 4;

    /// <summary>Shortens the file where much of it is free. Outside of a transaction.</summary>
    public static void GiveBack(Session session)
    {
        lock (session.Gate)
        {
            long free = session.Number("PRAGMA freelist_count");
            if (free < FewestPages || free * LeastShare < session.Number("PRAGMA page_count"))
                return;
            try
            {
                session.Query("PRAGMA incremental_vacuum", _ => 0);
                // Without waiting for readers: where one is in the way, a later commit shortens the file.
                session.Query("PRAGMA wal_checkpoint(PASSIVE)", _ => 0);
            }
            catch (Exception error) when (error is TimeoutException or IOException)
            {
                // Another program writes, or the disk is full. What was removed is removed; a later commit gives its room back.
            }
        }
    }
}
