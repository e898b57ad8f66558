using SSAH.MLNet.Collections.Storage;

namespace SSAH.MLNet.Collections;

public sealed partial class ImageCollection
{
    private const int PageSize = 1000;

    /// <summary>All images in the order of their ids, read in pages: an image that is added or removed meanwhile may be among them or not.</summary>
    public IEnumerable<CollectionImage> Images
    {
        get
        {
            long after = 0;
            List<CollectionImage> page;
            do
            {
                page = Read(() => ImageRows.Page(_reader, _index, after, PageSize));
                foreach (CollectionImage image in page)
                    yield return image;
                after = page.Count > 0 ? page[^1].Id : after;
            }
            while (page.Count == PageSize);
        }
    }

    /// <summary>A page of images in the order of their ids.</summary>
    /// <param name="after">The last id of the page before; 0 begins.</param>
    /// <param name="count">The most images of the page, at least 1.</param>
    /// <param name="filter">Which images are meant; null is all.</param>
    /// <returns>At most that many images; fewer where there are no more.</returns>
    public IReadOnlyList<CollectionImage> Page(long after, int count, ImageFilter? filter = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return Read(() => ImageRows.Page(_reader, _index, after, count,
            filter is null ? null : new Searching.FilterSql(filter, Root.All(_reader))));
    }

    /// <summary>The image of an id, or null if there is none or its file cannot be read.</summary>
    /// <param name="id">The id.</param>
    public CollectionImage? Get(long id) => Read(() => ImageRows.Find(_reader, _index, id));

    /// <summary>The image of a file, or null if there is none or it cannot be read.</summary>
    /// <param name="path">Path of the file; a relative one is taken from the current folder.</param>
    public CollectionImage? Get(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string full = System.IO.Path.GetFullPath(path);
        return Read(() => ImageRows.IdOf(_reader, Root.All(_reader), full) is { } id ? ImageRows.Find(_reader, _index, id) : null);
    }

    /// <summary>The labels that images have, with the number of images of each, ordered by ordinal.</summary>
    public IReadOnlyDictionary<string, int> Labels => Read(() =>
    {
        var labels = new SortedDictionary<string, int>(StringComparer.Ordinal);
        _reader.ForEach("SELECT l.label, count(*) FROM label l JOIN code c ON c.image = l.image AND c.model = $1 GROUP BY l.label",
            row => labels[row.GetString(0)] = row.GetInt32(1), _index.Model.Key);
        return labels;
    });

    /// <summary>Removes images. Their files stay; a later <see cref="Sync"/> of their folder brings them back.</summary>
    /// <param name="ids">Ids; those that are not there are ignored.</param>
    /// <returns>Number of images that were removed.</returns>
    public int Remove(params IEnumerable<long> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        long[] all = [.. ids.Distinct()];
        if (all.Length == 0)
            return 0;
        int removed = Write(revision => revision.Remove(all));
        FreePages.GiveBack(_writer);
        return removed;
    }

    /// <summary>Removes the images of files. The files stay; a later <see cref="Sync"/> of their folder brings them back.</summary>
    /// <param name="paths">Paths of files; those that are not there are ignored.</param>
    /// <returns>Number of images that were removed.</returns>
    public int Remove(params IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        string[] all = [.. paths.Select(System.IO.Path.GetFullPath)];
        List<Root> roots = Read(() => Root.All(_reader));
        return Remove(Read(() => all.Select(path => ImageRows.IdOf(_reader, roots, path)).OfType<long>().ToArray()));
    }

    /// <summary>Gives images labels in place of those they have.</summary>
    /// <param name="ids">Ids; those that are not there are ignored.</param>
    /// <param name="labels">The labels; none makes the images unlabeled.</param>
    /// <returns>Number of images that were labeled.</returns>
    /// <exception cref="ArgumentException">A label is empty or not valid text.</exception>
    public int Relabel(IEnumerable<long> ids, params IEnumerable<string> labels)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(labels);
        long[] all = [.. ids.Distinct()];
        string[] names = [.. labels];
        foreach (string name in names)
            Hashing.TextKeys.ThrowIfUnfit(name, "A label", Hashing.TextKeys.MaxBytes, nameof(labels));
        return all.Length == 0 ? 0 : Write(revision => revision.Relabel(all, names));
    }

    /// <summary>Notes that a synced folder lies elsewhere now, with all that is in it: nothing is read or encoded.</summary>
    /// <param name="from">One of <see cref="Folders"/>.</param>
    /// <param name="to">Where it lies now.</param>
    /// <exception cref="ArgumentException">The first is no synced folder, or the second lies in one or contains one.</exception>
    public void MoveFolder(string from, string to)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(from);
        ArgumentException.ThrowIfNullOrWhiteSpace(to);
        string source = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(from)),
            target = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(to));
        Write(_ =>
        {
            List<Root> roots = Root.All(_writer);
            Root moved = roots.Find(root => root.Key != Schema.NoRoot && root.RelativePathOf(source) == "")
                ?? throw new ArgumentException($"'{source}' is no synced folder of '{Path}'; those are: "
                    + $"{string.Join(", ", roots.Skip(1).Select(root => $"'{root.Path}'"))}.", nameof(from));
            if (roots.Find(root => root != moved && root.Key != Schema.NoRoot
                && (root.IsBelow(target) || root.RelativePathOf(target) is not null)) is { } other)
                throw new ArgumentException($"'{target}' and the synced folder '{other.Path}' lie in each other.", nameof(to));
            return _writer.Execute("UPDATE root SET path = $2 WHERE id = $1", moved.Key, target);
        });
    }
}
