using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Collections.Storage;

/// <summary>
/// Reads everything that has a checksum and compares what is said twice. A checksum finds a changed row where it is read; only this finds a row that a
/// damaged page hides. Part of the session's read transaction.
/// </summary>
internal static class Verification
{
    /// <summary>Throws where something is not what was stored.</summary>
    /// <exception cref="DamagedFileException">The message says what.</exception>
    public static void Run(Session session, StoredModel model, CancellationToken cancellationToken = default)
    {
        Seal.Check(session);
        long images = 0, searched = 0;
        (Sum Paths, Sum Revisions) rows = default;
        // By the checksums, so that each image is looked up by its id, as searches look it up.
        session.ForEach($"SELECT {ImageRow.Columns} FROM checksum s CROSS JOIN image i ON i.id = s.image", reader =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            ImageRow row = ImageRow.Read(reader, session.Path);
            images++;
            searched += row.Problem is null ? 1 : 0;
            rows.Paths.Add(row.Id, row.Root, row.Path);
            rows.Revisions.Add(row.Id, row.Revision, "");
        });
        (Sum Paths, Sum Revisions) indexes = default;
        session.ForEach("SELECT id, root, path FROM image INDEXED BY sqlite_autoindex_image_1", reader =>
            indexes.Paths.Add(reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2)));
        session.ForEach("SELECT id, revision FROM image INDEXED BY image_by_revision", reader =>
            indexes.Revisions.Add(reader.GetInt64(0), reader.GetInt64(1), ""));
        cancellationToken.ThrowIfCancellationRequested();
        // By image, as the rows of images have them, and by text, as filters have them.
        Sum labels = LabelsOf(session, "SELECT l.image, l.label FROM image i CROSS JOIN label l ON l.image = i.id"),
            indexed = LabelsOf(session, "SELECT image, label FROM label INDEXED BY label_by_text");
        Require(session, images == session.Number("SELECT count(*) FROM image NOT INDEXED")
            && images == session.Number("SELECT count(*) FROM checksum") && rows == indexes, "images");
        Require(session, labels == indexed, "labels");
        long activations = 0;
        session.ForEach("SELECT image, activation FROM activation WHERE model = $1", reader =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            SealedBlob.Activations(session.Path, reader.GetInt64(0), model, reader.GetBytes(1));
            activations++;
        }, model.Key);
        Require(session, activations == (session.Number("SELECT keeps_activations FROM collection") == 1 ? searched : 0), "activations");
        Removals.After(session, -1);
        Require(session, searched == session.Number("SELECT count(*) FROM code WHERE model = $1", model.Key)
            && searched == session.Number("SELECT count(*) FROM image i CROSS JOIN code c ON c.image = i.id AND c.model = $1 WHERE i.problem IS NULL",
                model.Key), "codes");
    }

    private static Sum LabelsOf(Session session, string sql)
    {
        Sum sum = default;
        session.ForEach(sql, reader => sum.Add(reader.GetInt64(0), 0, reader.GetString(1)));
        return sum;
    }

    private static void Require(Session session, bool agrees, string what)
    {
        if (!agrees)
            throw new DamagedFileException($"'{session.Path}' is a damaged collection: its tables do not agree about its {what}. Make it again by Create "
                + "and Sync; 'sqlite3 FILE .recover' may save its labels.");
    }

    // Of rows in any order.
    private record struct Sum(long Count, long Total)
    {
        public void Add(long id, long number, string text)
        {
            var checksum = new RowChecksum();
            checksum.Add(id);
            checksum.Add(number);
            checksum.Add(text);
            Count++;
            Total += checksum.Value;
        }
    }
}
