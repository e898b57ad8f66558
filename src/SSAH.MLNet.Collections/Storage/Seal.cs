using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Collections.Storage;

/// <summary>One checksum over the small tables: which model, how many revisions, names and bits of the models, paths of the roots.</summary>
internal static class Seal
{
    /// <summary>Stores the checksum of what the tables say now. Part of each write.</summary>
    public static void Write(Session session) => session.Execute("INSERT OR REPLACE INTO seal VALUES (1, $1)", Of(session));

    /// <summary>Throws where they do not say what was stored.</summary>
    /// <exception cref="DamagedFileException">They do not.</exception>
    public static void Check(Session session)
    {
        if (session.Number("SELECT value FROM seal") != Of(session))
            throw new DamagedFileException($"'{session.Path}' is a damaged collection: its model, its revision or its folders are not what was stored. "
                + "Make it again by Create and Sync; 'sqlite3 FILE .recover' may save its labels.");
    }

    private static long Of(Session session)
    {
        var checksum = new RowChecksum();
        session.ForEach("SELECT model, revision, removals_from, keeps_activations FROM collection", row =>
        {
            for (int i = 0; i < row.FieldCount; i++)
                checksum.Add(row.GetInt64(i));
        });
        session.ForEach("SELECT id, name, bits, onnx IS NULL FROM model ORDER BY id", row =>
        {
            checksum.Add(row.GetInt64(0));
            checksum.Add(row.GetString(1));
            checksum.Add(row.GetInt64(2));
            checksum.Add(row.GetInt64(3));
        });
        foreach (Root root in Root.All(session))
        {
            checksum.Add(root.Key);
            checksum.Add(root.Path);
        }
        return checksum.Value;
    }
}
