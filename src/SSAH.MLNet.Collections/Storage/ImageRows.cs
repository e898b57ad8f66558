using System.Text.Json;
using SSAH.MLNet.Collections.Searching;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Collections.Storage;

/// <summary>Reads rows as images. Their codes are those of the index, which is of the same moment.</summary>
internal static class ImageRows
{
    private const string Select = $"SELECT {ImageRow.Columns}, r.path FROM image i JOIN root r ON r.id = i.root";
    private const string SelectWithRevision =
        $"SELECT {ImageRow.Columns}, r.path, (SELECT revision FROM collection) FROM image i JOIN root r ON r.id = i.root";

    private const string AmongIds = "WHERE i.id IN (SELECT value FROM json_each($1))";

    /// <summary>An image that has a code, or null.</summary>
    public static CollectionImage? Find(Session session, CodeIndex index, long id)
    {
        if (!index.Index.Contains(id))
            return null;
        List<CollectionImage> rows = session.Query($"{Select} WHERE i.id = $1", reader => Read(reader, session.Path, index), id);
        return rows.Count == 1 ? rows[0] : throw Missing(session.Path, id);
    }

    /// <summary>Images of the index by their ids; an id may be there several times.</summary>
    public static Dictionary<long, CollectionImage> Of(Session session, CodeIndex index, RowCache<CollectionImage> cache, IEnumerable<long> ids)
    {
        (Dictionary<long, CollectionImage> images, List<long> others) = Known(index, cache, ids);
        if (others.Count > 0)
            session.ForEach($"{Select} {AmongIds}", reader => Take(reader, session.Path, index, cache, images), JsonSerializer.Serialize(others));
        return images;
    }

    /// <summary>
    /// The same outside of a transaction: the one statement says too whether the file still is as the index has it. Null where it is not, or is not known to
    /// be since no image was found.
    /// </summary>
    public static Dictionary<long, CollectionImage>? OfUnchanged(
        Session session, CodeIndex index, RowCache<CollectionImage> cache, IEnumerable<long> ids)
    {
        (Dictionary<long, CollectionImage> images, List<long> others) = Known(index, cache, ids);
        if (others.Count == 0)
            return CodeIndex.RevisionOf(session) == index.Revision ? images : null;
        bool? hasChanged = null;
        session.ForEach($"{SelectWithRevision} {AmongIds}", reader =>
        {
            // Of another revision nothing need agree with the index.
            hasChanged ??= reader.GetInt64(ImageRow.ColumnCount + 1) != index.Revision;
            if (hasChanged == false)
                Take(reader, session.Path, index, cache, images);
        }, JsonSerializer.Serialize(others));
        return hasChanged == false ? images : null;
    }

    /// <summary>The next images in the order of their ids.</summary>
    public static List<CollectionImage> Page(Session session, CodeIndex index, long after, int count, FilterSql? filter = null)
    {
        object?[] values = filter?.Values ?? [];
        string where = filter is null ? "" : $" AND {filter.Text}";
        return session.Query($"{Select} WHERE i.id > ${values.Length + 1} AND i.problem IS NULL{where} ORDER BY i.id LIMIT ${values.Length + 2}",
            reader => Read(reader, session.Path, index), [.. values, after, count]);
    }

    public static DamagedFileException Missing(string path, long id) => new($"'{path}' is a damaged collection: the parts of image {id} do not agree.");

    /// <summary>The id of the image of a file, or null.</summary>
    public static long? IdOf(Session session, IEnumerable<Root> roots, string fullPath)
    {
        Root root = Root.Of(roots, fullPath);
        return (long?)session.Value("SELECT id FROM image WHERE root = $1 AND path = $2", root.Key, root.RelativePathOf(fullPath));
    }

    private static (Dictionary<long, CollectionImage> Images, List<long> Others) Known(
        CodeIndex index, RowCache<CollectionImage> cache, IEnumerable<long> ids)
    {
        cache.MoveTo(0, index.Revision);
        var images = new Dictionary<long, CollectionImage>();
        var others = new List<long>();
        foreach (long id in ids)
        {
            if (cache.TryGet(id, out CollectionImage? image))
                images.TryAdd(id, image);
            else
                others.Add(id);
        }
        return (images, others);
    }

    private static void Take(StoredRow reader, string path, CodeIndex index, RowCache<CollectionImage> cache, Dictionary<long, CollectionImage> images)
    {
        CollectionImage image = Read(reader, path, index);
        if (!images.TryAdd(image.Id, image))
            throw Missing(path, image.Id);
        cache.Add(image.Id, image, BytesOf(image));
    }

    private static int BytesOf(CollectionImage image) => 400
        + (sizeof(char) * (image.Path.Length + image.Folder.Length + image.RelativePath.Length + image.ContentHash.Length)) + image.Code.Length
        + image.Labels.Sum(label => 32 + (sizeof(char) * label.Length));

    private static CollectionImage Read(StoredRow reader, string path, CodeIndex index)
    {
        ImageRow row = ImageRow.Read(reader, path);
        string folder = reader.GetString(ImageRow.ColumnCount);
        var code = new byte[index.Model.BytesPerCode];
        if (!index.Index.TryReconstruct(row.Id, code))
            throw Missing(path, row.Id);
        return new CollectionImage
        {
            Id = row.Id,
            Path = Root.FullPathOf(folder, row.Path),
            Folder = folder,
            RelativePath = row.Path,
            Size = row.Size,
            Time = TimeOf(row.Time),
            ContentHash = Convert.ToHexStringLower(row.Hash ?? throw Missing(path, row.Id)),
            Width = SideOf(row.Width),
            Height = SideOf(row.Height),
            Code = code,
            Labels = row.Labels == "[]" ? [] : Array.AsReadOnly(LabelsOf(row, path)),
        };

        int SideOf(long side) => side is >= 0 and <= int.MaxValue ? (int)side : throw Missing(path, row.Id);
    }

    private static string[] LabelsOf(ImageRow row, string path)
    {
        try
        {
            return JsonSerializer.Deserialize<string?[]>(row.Labels) is { } labels && !labels.Contains(null)
                ? [.. labels.OfType<string>()] : throw Missing(path, row.Id);
        }
        catch (JsonException)
        {
            throw Missing(path, row.Id);
        }
    }

    // A damaged number would be an exception of another kind.
    private static DateTime TimeOf(long ticks) => new(Math.Clamp(ticks, 0, DateTime.MaxValue.Ticks), DateTimeKind.Utc);
}
