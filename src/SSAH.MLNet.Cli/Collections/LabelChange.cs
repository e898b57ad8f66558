using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Collections;

namespace SSAH.MLNet.Cli.Collections;

/// <summary>Gives images labels, and says what was done.</summary>
/// <param name="Changed">Images with new labels.</param>
/// <param name="Kept">Images that have a label and kept it.</param>
/// <param name="NotIndexed">Images that were named and are not in the collection.</param>
internal sealed record LabelChange(int Changed, int Kept, int NotIndexed)
{
    /// <summary>Labels images by the names of their folders.</summary>
    public static LabelChange ByFolder(ImageCollection collection, IEnumerable<string> folders, bool replaces)
    {
        var context = new MLContext();
        return Apply(collection, [.. folders.SelectMany(folder => Read(context.Data.LoadImageFolder(folder, 1, 1)))], replaces);
    }

    /// <summary>Labels images as a table says.</summary>
    public static LabelChange FromTable(ImageCollection collection, string table, char? separator) =>
        Apply(collection, [.. Read(new MLContext().Data.LoadImageTable(table, 1, 1, new ImageTableOptions { LabelSeparator = separator }))], replaces: true);

    /// <summary>Gives images, and those below folders, the same labels.</summary>
    public static LabelChange Set(ImageCollection collection, IEnumerable<string> paths, IReadOnlyList<string> labels)
    {
        var ids = new HashSet<long>();
        int missing = 0;
        foreach (string path in paths)
        {
            if (Directory.Exists(path))
                ids.UnionWith(Below(collection, path));
            else if (collection.Get(path) is { } image)
                ids.Add(image.Id);
            else if (File.Exists(path))
                missing++;
            else
                throw new ToolException($"there is no image or folder '{path}'.");
        }
        return new LabelChange(collection.Relabel(ids, labels), 0, missing);
    }

    private static IEnumerable<long> Below(ImageCollection collection, string folder)
    {
        string start = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
        return collection.Images.Where(image => image.Path.StartsWith(start, StringComparison.Ordinal)).Select(image => image.Id);
    }

    private static LabelChange Apply(ImageCollection collection, IReadOnlyList<(string Path, string[] Labels)> wanted, bool replaces)
    {
        Dictionary<string, CollectionImage> images = collection.Images.ToDictionary(image => image.Path, StringComparer.Ordinal);
        int changed = 0, kept = 0, missing = 0;
        var ids = new Dictionary<string, List<long>>(StringComparer.Ordinal);
        foreach ((string path, string[] labels) in wanted.Where(each => each.Labels.Length > 0))
        {
            if (!images.TryGetValue(Path.GetFullPath(path), out CollectionImage? image))
                missing++;
            else if (image.Labels.SequenceEqual(labels.Order(StringComparer.Ordinal)))
                continue;
            else if (image.Labels.Count > 0 && !replaces)
                kept++;
            else
                WithLabels(ids, labels).Add(image.Id);
        }
        foreach ((string key, List<long> each) in ids)
            changed += collection.Relabel(each, key.Split('\0'));
        return new LabelChange(changed, kept, missing);
    }

    // Images with the same labels change together.
    private static List<long> WithLabels(Dictionary<string, List<long>> ids, string[] labels)
    {
        string key = string.Join('\0', labels);
        if (!ids.TryGetValue(key, out List<long>? list))
            ids[key] = list = [];
        return list;
    }

    // No pixel is read for it.
    private static IEnumerable<(string Path, string[] Labels)> Read(ImageFiles files)
    {
        IEnumerable<string> paths = files.GetColumn<string>("ImagePath");
        return files.Schema["Label"].Type is VectorDataViewType
            ? paths.Zip(files.GetColumn<string[]>("Label"))
            : paths.Zip(files.GetColumn<string>("Label"), (path, label) => (path, label.Length > 0 ? new[] { label } : []));
    }
}
