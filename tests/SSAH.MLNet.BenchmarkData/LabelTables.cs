using System.Globalization;
using System.Text;

namespace SSAH.MLNet.BenchmarkData;

/// <summary>Which of a collection's two class systems to use, where it has two.</summary>
public enum ClassDetail
{
    /// <summary>The narrow classes (Golden-Delicious), or several labels an image.</summary>
    Fine,

    /// <summary>The wide classes (Apple), or the one scene that an image shows.</summary>
    Coarse,
}

/// <summary>
/// Labels from a <c>labels.tsv</c> beside the images, with a header line. Two forms are known: columns <c>split, fine_id, coarse_id, path</c>
/// with class names in <c>classes.tsv</c> (Grocery Store), and columns <c>split, file, scene_class</c> followed by a column of 0/1 for each label
/// (UC Merced, several labels an image or its scene).
/// </summary>
internal static class LabelTables
{
    public static bool Fit(CollectionFiles files) => TableNamed(files, "labels.tsv") is not null;

    public static ImageSet ToImageSet(CollectionFiles files, string path, int width, int height, ClassDetail detail)
    {
        var (file, bytes) = TableNamed(files, "labels.tsv")!.Value;
        var folder = file[..^"labels.tsv".Length];
        var table = Parse(bytes, $"{path}: {file}");
        var images = files.Images.ToDictionary(image => image.Path, StringComparer.Ordinal);
        return table.Header.Contains("path")
            ? FromClassIds(table, files, images, folder, path, width, height, detail)
            : FromLabelColumns(table, files, images, folder, path, width, height, detail);
    }

    private static ImageSet FromClassIds(Table table, CollectionFiles files, Dictionary<string, DecodedImage> images, string folder, string path,
        int width, int height, ClassDetail detail)
    {
        var (wantedId, wantedName) = detail == ClassDetail.Fine ? ("fine_id", "fine") : ("coarse_id", "coarse");
        var names = new SortedDictionary<int, string>();
        if (TableNamed(files, "classes.tsv") is { } classes)
        {
            var known = Parse(classes.Bytes, $"{path}: {classes.Path}");
            foreach (var row in known.Rows)
                names[known.Integer(row, wantedId)] = known.Cell(row, wantedName);
        }

        var rows = table.Rows.Select(row => (Row: row, Path: folder + table.Cell(row, "path"))).Where(row => images.ContainsKey(row.Path)).ToArray();
        foreach (var (row, _) in rows)
            names.TryAdd(table.Integer(row, wantedId), table.Cell(row, wantedId));
        int[] ids = [.. names.Keys];
        return Assemble(table, [.. rows.Select(row => row.Row)], [.. rows.Select(row => images[row.Path])], files, path, width, height,
            [.. names.Values], row => [Array.BinarySearch(ids, table.Integer(row, wantedId))]);
    }

    private static ImageSet FromLabelColumns(Table table, CollectionFiles files, Dictionary<string, DecodedImage> images, string folder, string path,
        int width, int height, ClassDetail detail)
    {
        var first = table.Column("scene_class") + 1;
        string[] names = [.. table.Header.Skip(first)];
        if (names.Length == 0)
            throw new InvalidDataException($"{table.Name} has no label column after scene_class.");
        string FileOf(string[] row) => $"{folder}images/{table.Cell(row, "file")}.jpg";
        string[][] rows = [.. table.Rows.Where(row => images.ContainsKey(FileOf(row)))];
        string[] scenes = [.. rows.Select(row => table.Cell(row, "scene_class")).Distinct().Order(StringComparer.Ordinal)];
        return Assemble(table, rows, [.. rows.Select(row => images[FileOf(row)])], files, path, width, height,
            detail == ClassDetail.Fine ? names : scenes, row => detail == ClassDetail.Fine
                ? [.. Enumerable.Range(0, names.Length).Where(label => table.IsSet(row, first + label))]
                : [Array.BinarySearch(scenes, table.Cell(row, "scene_class"), StringComparer.Ordinal)]);
    }

    private static ImageSet Assemble(Table table, string[][] rows, DecodedImage[] images, CollectionFiles files, string path, int width, int height,
        string[] names, Func<string[], int[]> labelsOf)
    {
        if (rows.Length == 0)
            throw new InvalidDataException($"{table.Name} names no image that {path} holds. The paths in the table are relative to the table.");
        var missing = table.Rows.Count - rows.Length - files.Skipped.Count;
        IEnumerable<SkippedImage> note = missing > 0 ? [new SkippedImage(table.Name, $"{missing} rows name images that are not there")] : [];
        ImagePart[] parts = [.. rows.Select(row => LabeledFolders.PartNamed(table.Cell(row, "split")) ?? ImagePart.Unspecified)];
        return new ImageSet(LabeledFolders.NameOf(path), path, width, height, ImageBlock.Of(images, width, height, path),
            [.. rows.Select(labelsOf)], names, parts, [.. files.Skipped, .. note], path);
    }

    private static (string Path, byte[] Bytes)? TableNamed(CollectionFiles files, string name)
    {
        // The table nearest to the top, should there be several.
        var path = files.Tables.Keys.Where(key => ("/" + key).EndsWith("/" + name, StringComparison.Ordinal)).MinBy(key => key.Length);
        return path is null ? null : (path, files.Tables[path]);
    }

    private static Table Parse(byte[] bytes, string name)
    {
        string[] lines = [.. Encoding.UTF8.GetString(bytes).Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0)];
        if (lines.Length < 2)
            throw new InvalidDataException($"{name} has no rows below its header.");
        var header = lines[0].Split('\t');
        string[][] rows = [.. lines.Skip(1).Select(line => line.Split('\t'))];
        var ragged = Array.FindIndex(rows, row => row.Length != header.Length);
        return ragged < 0
            ? new Table(name, header, rows)
            : throw new InvalidDataException($"{name}, line {ragged + 2}: {rows[ragged].Length} cells, but the header has {header.Length}.");
    }

    private sealed record Table(string Name, string[] Header, IReadOnlyList<string[]> Rows)
    {
        public int Column(string column)
        {
            var index = Array.IndexOf(Header, column);
            return index >= 0 ? index : throw new InvalidDataException($"{Name} has no column '{column}'; it has {string.Join(", ", Header)}.");
        }

        public string Cell(string[] row, string column) => row[Column(column)];

        public int Integer(string[] row, string column) =>
            int.TryParse(Cell(row, column), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
                ? value
                : throw new InvalidDataException($"{Name}: '{Cell(row, column)}' in column '{column}' is not a whole number.");

        public bool IsSet(string[] row, int column) => row[column] switch
        {
            "1" => true,
            "0" => false,
            var other => throw new InvalidDataException($"{Name}: '{other}' in column '{Header[column]}' is neither 0 nor 1."),
        };
    }
}
