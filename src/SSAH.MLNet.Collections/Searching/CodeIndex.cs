using SSAH.MLNet.Collections.Storage;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Collections.Searching;

/// <summary>
/// The exact index over the codes of the current model, as the file had them at one revision. Whoever uses it holds the lock of the session that it
/// reads by.
/// </summary>
internal sealed class CodeIndex
{
    private readonly string _path;
    private readonly FilteredCodes _filtered;
    private List<Root>? _roots;

    private CodeIndex(string path, StoredModel model, long revision)
    {
        (_path, Model, Revision) = (path, model, revision);
        Index = new HammingFlatIndex(model.Bits);
        _filtered = new FilteredCodes(Index);
    }

    /// <summary>The model that made the codes.</summary>
    public StoredModel Model { get; }

    /// <summary>The revision of the file whose codes these are.</summary>
    public long Revision { get; private set; }

    /// <summary>The codes; their ids are those of the images.</summary>
    public HammingFlatIndex Index { get; }

    /// <summary>The revision of the file as it is now.</summary>
    public static long RevisionOf(Session session) => session.Number("SELECT revision FROM collection");

    /// <summary>Reads all codes.</summary>
    public static CodeIndex Load(Session session)
    {
        StoredModel model = Models.Current(session);
        var index = new CodeIndex(session.Path, model, RevisionOf(session));
        index.Add(session, "SELECT image, code FROM code WHERE model = $1 ORDER BY image", model.Key);
        return index;
    }

    /// <summary>
    /// This index with what was written since, or another one where the model is another or too much has changed. Part of the session's read
    /// transaction.
    /// </summary>
    public CodeIndex Current(Session session)
    {
        long revision = RevisionOf(session);
        if (revision == Revision)
            return this;
        Seal.Check(session);
        if (Models.Current(session) != Model || Revision < session.Number("SELECT removals_from FROM collection"))
            return Load(session);
        List<long> gone = Removals.After(session, Revision);
        gone.AddRange(session.Query("SELECT id FROM image WHERE revision > $1", reader => reader.GetInt64(0), Revision));
        Index.Remove([.. gone]);
        Add(session, "SELECT c.image, c.code FROM image i JOIN code c ON c.image = i.id AND c.model = $1 WHERE i.revision > $2 ORDER BY i.id",
            Model.Key, Revision);
        (Revision, _roots) = (revision, null);
        _filtered.Clear();
        return this;
    }

    /// <summary>The codes that a filter lets through. Part of the session's read transaction.</summary>
    public CodePart Of(Session session, ImageFilter? filter)
    {
        if (filter is null)
            return new CodePart(Index, null);
        (string sql, object?[] values) = Query(filter, _roots ??= Root.All(session));
        return _filtered.Of(session, sql, values);
    }

    /// <summary>The same without the file; null where the filter was not asked for lately.</summary>
    public CodePart? Known(ImageFilter? filter)
    {
        if (filter is null)
            return new CodePart(Index, null);
        if (_roots is null)
            return null;
        (string sql, object?[] values) = Query(filter, _roots);
        return _filtered.Known(sql, values);
    }

    private static (string Sql, object?[] Values) Query(ImageFilter filter, List<Root> roots)
    {
        var sql = new FilterSql(filter, roots);
        return ($"SELECT i.id FROM image i WHERE {sql.Text}", sql.Values);
    }

    private void Add(Session session, string sql, params object?[] values)
    {
        const int chunk = 1 << 16;
        var codes = new BinaryCodes(Model.Bits) { ModelId = Model.Id };
        var ids = new List<long>();
        try
        {
            session.ForEach(sql, reader =>
            {
                long id = reader.GetInt64(0);
                codes.Add(SealedBlob.Code(_path, id, Model, reader.GetBytes(1)));
                ids.Add(id);
                if (ids.Count == chunk)
                    Flush();
            }, values);
            Flush();
        }
        catch (ArgumentException error)
        {
            // Padding bits that are set, a negative id: nothing that this library writes.
            throw new DamagedFileException($"'{_path}' is a damaged collection: {error.Message}", error);
        }

        void Flush()
        {
            Index.Add(codes, [.. ids]);
            codes = new BinaryCodes(Model.Bits) { ModelId = Model.Id };
            ids.Clear();
        }
    }
}
