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

    /// <summary>Takes a share of the labeled images of each class apart; a class keeps one at least.</summary>
    /// <param name="share">Share of each class, by the first label where there are several.</param>
    /// <param name="seed">Draws them.</param>
    public (LabeledPaths Kept, LabeledPaths Held) HoldOut(double share, int seed)
    {
        var random = new Random(seed);
        var held = new HashSet<int>();
        if (share > 0)
            foreach (IGrouping<string, int> group in Enumerable.Range(0, Count).Where(i => Images[i].Labels.Length > 0).GroupBy(i => Images[i].Labels[0]))
            {
                int[] rows = [.. group];
                random.Shuffle(rows);
                held.UnionWith(rows[..Math.Min(rows.Length - 1, Math.Max(1, (int)Math.Round(rows.Length * share)))]);
            }
        return (new LabeledPaths([.. Images.Where((_, i) => !held.Contains(i))]), new LabeledPaths([.. Images.Where((_, i) => held.Contains(i))]));
    }

    /// <summary>The images that have a label.</summary>
    public LabeledPaths Labeled() => new([.. Images.Where(image => image.Labels.Length > 0)]);
}
