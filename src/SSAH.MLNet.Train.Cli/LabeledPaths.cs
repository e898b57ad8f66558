using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Cli.CommandLine;

namespace SSAH.MLNet.Train.Cli;

/// <summary>Image files and their labels; none marks an unlabeled image.</summary>
/// <param name="Images">Paths and labels.</param>
internal sealed record LabeledPaths(IReadOnlyList<(string Path, string[] Labels)> Images)
{
    public int Count => Images.Count;

    public int LabeledCount => Images.Count(image => image.Labels.Length > 0);

    /// <summary>Lists a folder or a table; no pixel is read.</summary>
    /// <exception cref="ToolException">There is neither.</exception>
    public static LabeledPaths Read(MLContext context, string path, char? separator)
    {
        ImageFiles files = Directory.Exists(path) ? context.Data.LoadImageFolder(path, 1, 1)
            : File.Exists(path) ? context.Data.LoadImageTable(path, 1, 1, new ImageTableOptions { LabelSeparator = separator })
            : throw new ToolException($"there is no folder or table '{path}'.");
        IEnumerable<string> paths = files.GetColumn<string>("ImagePath");
        IEnumerable<(string Path, string[] Labels)> rows = files.Schema["Label"].Type is VectorDataViewType
            ? paths.Zip(files.GetColumn<string[]>("Label"))
            : paths.Zip(files.GetColumn<string>("Label"), (file, label) => (file, label.Length > 0 ? new[] { label } : []));
        // A table may have a row for each label of an image.
        return new LabeledPaths([.. rows.GroupBy(row => row.Path, StringComparer.Ordinal).Select(row =>
            (row.Key, row.SelectMany(each => each.Labels).Distinct(StringComparer.Ordinal).ToArray()))]);
    }

    /// <summary>
    /// Takes a share of the labeled images of each class apart; each label keeps one at least. Copies of one image stay together: who finds a copy of a photo
    /// that was learned from shows nothing. Unlabeled copies of what is taken apart are on neither side.
    /// </summary>
    /// <param name="share">Share of each class, by the first label where there are several.</param>
    /// <param name="seed">Draws them.</param>
    /// <param name="copies">Groups of paths that show the same image.</param>
    public (LabeledPaths Kept, LabeledPaths Held) HoldOut(double share, int seed, IEnumerable<IEnumerable<string>> copies)
    {
        var random = new Random(seed);
        int[] groups = GroupsOf(copies);
        var held = new HashSet<int>();
        int[][] units = [.. Enumerable.Range(0, Count).Where(row => Images[row].Labels.Length > 0).GroupBy(row => groups[row]).Select(rows => rows.ToArray())];
        Dictionary<string, int> left = Images.SelectMany(image => image.Labels).CountBy(label => label, StringComparer.Ordinal)
            .ToDictionary(StringComparer.Ordinal);
        if (share > 0)
            foreach (IGrouping<string, int[]> label in units.GroupBy(rows => Images[rows[0]].Labels[0]))
                held.UnionWith(Draw([.. label], share, random, left).Select(rows => groups[rows[0]]));
        return (new LabeledPaths([.. Images.Where((_, row) => !held.Contains(groups[row]))]),
            new LabeledPaths([.. Images.Where((image, row) => held.Contains(groups[row]) && image.Labels.Length > 0)]));
    }

    /// <summary>The images that have a label.</summary>
    public LabeledPaths Labeled() => new([.. Images.Where(image => image.Labels.Length > 0)]);

    // A number for each image, the same for copies.
    private int[] GroupsOf(IEnumerable<IEnumerable<string>> copies)
    {
        Dictionary<string, int> rows = Images.Index().ToDictionary(image => image.Item.Path, image => image.Index, StringComparer.Ordinal);
        int[] groups = [.. Enumerable.Range(0, Count)];
        foreach (IEnumerable<string> same in copies)
        {
            int[] members = [.. same.Select(path => rows[path])];
            foreach (int row in members)
                groups[row] = members[0];
        }
        return groups;
    }

    // As many images as the share asks for, but no more, and one group at least.
    private List<int[]> Draw(int[][] units, double share, Random random, Dictionary<string, int> left)
    {
        random.Shuffle(units);
        int wanted = Math.Max(1, (int)Math.Round(units.Sum(rows => rows.Length) * share)), taken = 0;
        var drawn = new List<int[]>();
        foreach (int[] rows in units.Where(rows => taken + rows.Length <= wanted && TryTake(rows, left)))
        {
            drawn.Add(rows);
            taken += rows.Length;
        }
        if (drawn.Count == 0 && units.OrderBy(rows => rows.Length).FirstOrDefault(rows => TryTake(rows, left)) is { } smallest)
            drawn.Add(smallest);
        return drawn;
    }

    // Copies may have several labels, each of which must stay known.
    private bool TryTake(int[] rows, Dictionary<string, int> left)
    {
        KeyValuePair<string, int>[] taken = [.. rows.SelectMany(row => Images[row].Labels).CountBy(label => label, StringComparer.Ordinal)];
        if (taken.Any(label => left[label.Key] <= label.Value))
            return false;
        foreach ((string label, int count) in taken)
            left[label] -= count;
        return true;
    }
}
