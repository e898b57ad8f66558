using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace SSAH.MLNet.Collections.Storage;

/// <summary>Reads rows as images.</summary>
internal static class ImageRows
{
    private const string Select = """
        SELECT i.id, r.path, i.path, i.size, i.time, i.hash, i.width, i.height, c.code, (SELECT json_group_array(l.label) FROM label l WHERE l.image = i.id)
        FROM image i JOIN root r ON r.id = i.root JOIN code c ON c.image = i.id AND c.model = $1
        """;

    /// <summary>An image that has a code of the model, or null.</summary>
    public static CollectionImage? Find(Session session, StoredModel model, long id)
    {
        List<CollectionImage> rows = session.Query($"{Select} WHERE i.id = $2", reader => Read(reader, session.Path, model), model.Key, id);
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>The next images in the order of their ids.</summary>
    public static List<CollectionImage> Page(Session session, StoredModel model, long after, int count) =>
        session.Query($"{Select} WHERE i.id > $2 ORDER BY i.id LIMIT $3", reader => Read(reader, session.Path, model), model.Key, after, count);

    /// <summary>The id of the image of a file, or null.</summary>
    public static long? IdOf(Session session, IEnumerable<Root> roots, string fullPath)
    {
        Root root = Root.Of(roots, fullPath);
        return (long?)session.Value("SELECT id FROM image WHERE root = $1 AND path = $2", root.Key, root.RelativePathOf(fullPath));
    }

    private static CollectionImage Read(SqliteDataReader reader, string path, StoredModel model)
    {
        long id = reader.GetInt64(0);
        string folder = reader.GetString(1), relative = reader.GetString(2), labels = reader.GetString(9);
        return new CollectionImage
        {
            Id = id,
            Path = Root.FullPathOf(folder, relative),
            Folder = folder,
            RelativePath = relative,
            Size = reader.GetInt64(3),
            Time = TimeOf(reader.GetInt64(4)),
            ContentHash = Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(5)),
            Width = reader.GetInt32(6),
            Height = reader.GetInt32(7),
            Code = CodeBlob.Read(path, id, model, reader.GetFieldValue<byte[]>(8)).ToArray(),
            Labels = labels == "[]" ? [] : JsonSerializer.Deserialize<string[]>(labels)!,
        };
    }

    // A damaged number would be an exception of another kind.
    private static DateTime TimeOf(long ticks) => new(Math.Clamp(ticks, 0, DateTime.MaxValue.Ticks), DateTimeKind.Utc);
}
