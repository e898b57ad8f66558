using SSAH.MLNet.Collections.Syncing;

namespace SSAH.MLNet.Collections.Storage;

/// <summary>One write, all or nothing, under a number by which readers tell what is new to them.</summary>
internal sealed class Revision
{
    // Readers that are further behind, or behind more removals at once, read all codes again.
    private const int KeptRevisions = 1000, MaxLoggedRemovals = 10_000;
    private readonly Session _session;
    private readonly long _number;
    private readonly HashSet<long> _touched = [];

    private Revision(Session session)
    {
        _session = session;
        Seal.Check(session);
        Model = Models.Current(session);
        _number = session.Number("UPDATE collection SET revision = revision + 1 RETURNING revision");
    }

    /// <summary>The model whose codes are searched.</summary>
    public StoredModel Model { get; private set; }

    /// <summary>Writes; waits for other writers before.</summary>
    public static T Write<T>(Session session, Func<Revision, T> write)
    {
        lock (session.Gate)
        {
            return session.Writing(() =>
            {
                var revision = new Revision(session);
                T result = write(revision);
                foreach (long id in revision._touched)
                    ImageRow.Sign(session, id);
                Seal.Write(session);
                return result;
            });
        }
    }

    /// <summary>Says that the row of an image or its labels change in this write. What is damaged is not signed as if it were whole.</summary>
    /// <exception cref="Hashing.DamagedFileException">The row is not what was stored.</exception>
    public void Touching(long id)
    {
        if (_touched.Add(id))
            ImageRow.Check(_session, id);
    }

    /// <summary>Throws where another program has switched the model meanwhile.</summary>
    /// <exception cref="InvalidOperationException">The message names both models.</exception>
    public void RequireModel(string id)
    {
        if (Model.Id != id)
            throw new InvalidOperationException($"The collection '{_session.Path}' has codes of model '{Model.Id}' by now; these come from model "
                + $"'{id}'. Codes of different models cannot be compared: "
                + "do it again with the collection's model.");
    }

    /// <summary>Notes that a file was written to without its content changing.</summary>
    /// <returns>Whether the image is there still.</returns>
    public bool Touch(long id, FileStamp stamp)
    {
        Touching(id);
        return _session.Execute("UPDATE image SET size = $2, time = $3 WHERE id = $1", id, stamp.Size, stamp.Time) == 1;
    }

    /// <summary>Notes that an image's file lies elsewhere now; another image of that place is removed.</summary>
    /// <returns>Whether the image is there still.</returns>
    public bool Move(long id, FileToEncode file)
    {
        if (_session.Number("SELECT count(*) FROM image WHERE id = $1", id) == 0)
            return false;
        Remove([.. _session.Query("SELECT id FROM image WHERE root = $1 AND path = $2 AND id <> $3", reader => reader.GetInt64(0), file.Root, file.Path, id)]);
        Touching(id);
        _session.Execute("UPDATE image SET root = $2, path = $3, size = $4, time = $5 WHERE id = $1", id, file.Root, file.Path, file.Stamp.Size,
            file.Stamp.Time);
        return true;
    }

    /// <summary>Stores what was found in a file: a code, or what is wrong with it.</summary>
    public void Store(EncodedFile file)
    {
        long id = Upsert(file.File, file.Hash, file.Width, file.Height, file.Problem);
        if (file.Problem is null)
            StoreCode(id, Model, file.Code, file.Activations);
    }

    /// <summary>Stores a file with the code of another image of the same content.</summary>
    /// <returns>Whether that image has a code still.</returns>
    public bool Copy(long from, EncodedFile file)
    {
        const string select = """
            SELECT i.width, i.height, c.code, a.activation FROM image i JOIN code c ON c.image = i.id AND c.model = $2
            LEFT JOIN activation a ON a.image = i.id AND a.model = $2 WHERE i.id = $1
            """;
        var sources = _session.Query(select, row => (Width: row.GetInt32(0), Height: row.GetInt32(1), Code: row.GetBytes(2),
            Activations: row.IsNull(3) ? null : SealedBlob.Activations(_session.Path, from, Model, row.GetBytes(3))), from, Model.Key);
        if (sources.Count == 0)
            return false;
        // Not copied from a damaged row, which would be signed as another's.
        Touching(from);
        var source = sources[0];
        long id = Upsert(file.File, file.Hash, source.Width, source.Height, problem: null);
        StoreCode(id, Model, SealedBlob.Code(_session.Path, from, Model, source.Code), source.Activations);
        return true;
    }

    /// <summary>Stores a code of an image.</summary>
    public void StoreCode(long id, StoredModel model, ReadOnlySpan<byte> code, float[]? activations)
    {
        _session.Execute("INSERT OR REPLACE INTO code VALUES ($1, $2, $3)", id, model.Key, SealedBlob.Of(id, model, code));
        if (activations is not null)
            _session.Execute("INSERT OR REPLACE INTO activation VALUES ($1, $2, $3)", id, model.Key, SealedBlob.Of(id, model, activations));
    }

    /// <summary>Removes images with all they have.</summary>
    /// <returns>How many of them were in searches.</returns>
    public int Remove(IReadOnlyCollection<long> ids)
    {
        int removed = 0;
        foreach (long id in ids)
        {
            removed += (int)_session.Number("SELECT count(*) FROM code WHERE image = $1 AND model = $2", id, Model.Key);
            if (_session.Execute("DELETE FROM image WHERE id = $1", id) == 1 && ids.Count <= MaxLoggedRemovals)
                Removals.Add(_session, id, _number);
        }
        ForgetRemovals(ids.Count <= MaxLoggedRemovals ? _number - KeptRevisions : _number);
        return removed;
    }

    /// <summary>Gives images these labels in place of those they have.</summary>
    /// <returns>Number of images.</returns>
    public int Relabel(IReadOnlyCollection<long> ids, IReadOnlyCollection<string> labels)
    {
        int changed = 0;
        foreach (long id in ids)
        {
            if (_session.Number("SELECT count(*) FROM image WHERE id = $1", id) == 0)
                continue;
            Touching(id);
            _session.Execute("DELETE FROM label WHERE image = $1", id);
            foreach (string label in labels)
                _session.Execute("INSERT OR IGNORE INTO label VALUES ($1, $2)", id, label);
            changed++;
        }
        return changed;
    }

    /// <summary>Takes an image out of searches; its labels stay until its file can be read again or is gone.</summary>
    public void SetAside(long id, string problem)
    {
        Touching(id);
        _session.Execute("UPDATE image SET problem = $2, hash = NULL, revision = $3 WHERE id = $1", id, problem, _number);
        _session.Execute("DELETE FROM code WHERE image = $1", id);
        _session.Execute("DELETE FROM activation WHERE image = $1", id);
    }

    /// <summary>Makes another model the one whose codes are searched, and drops all others.</summary>
    public void Switch(StoredModel model)
    {
        _session.Execute("UPDATE collection SET model = $1", model.Key);
        _session.Execute("DELETE FROM model WHERE id <> $1", model.Key);
        ForgetRemovals(_number);
        Model = model;
    }

    private long Upsert(FileToEncode file, byte[]? hash, int width, int height, string? problem)
    {
        if (_session.Value("SELECT id FROM image WHERE root = $1 AND path = $2", file.Root, file.Path) is long known)
            Touching(known);
        long id = _session.Number("""
            INSERT INTO image (root, path, size, time, hash, width, height, problem, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (root, path) DO UPDATE SET size = $3, time = $4, hash = $5, width = $6, height = $7, problem = $8, revision = $9 RETURNING id
            """, file.Root, file.Path, file.Stamp.Size, file.Stamp.Time, hash, width, height, problem, _number);
        _touched.Add(id);
        // Of all models: what another one made of the old content is as wrong.
        _session.Execute("DELETE FROM code WHERE image = $1", id);
        _session.Execute("DELETE FROM activation WHERE image = $1", id);
        if (file.Id is null)
            foreach (string label in file.Labels)
                _session.Execute("INSERT OR IGNORE INTO label VALUES ($1, $2)", id, label);
        return id;
    }

    private void ForgetRemovals(long until)
    {
        if (_session.Execute("DELETE FROM removal WHERE revision <= $1", until) > 0 || until == _number)
            _session.Execute("UPDATE collection SET removals_from = max(removals_from, $1)", until);
    }
}
