using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet;

namespace SSAH.MLNet.Samples.Demo;

/// <summary>Deals the images of a folder out: queries, a database, and of the database a few that keep their label for the training.</summary>
internal static class Tables
{
    private const int QueriesPerClass = 100;
    private const int LabeledPerClass = 100;

    /// <summary>Writes <c>queries.csv</c>, <c>database.csv</c> and <c>train.csv</c>: paths with labels, which <c>LoadImageTable</c> reads.</summary>
    public static string Write(ImageFiles images, string folder, int seed)
    {
        var rows = images.GetColumn<string>("ImagePath").Zip(images.GetColumn<string>("Label"), (path, label) => (Path: path, Label: label)).ToArray();
        new Random(seed).Shuffle(rows);
        var (queries, database, train, labeled) = (new List<string>(), new List<string>(), new List<string>(), 0);
        foreach (var group in rows.GroupBy(row => row.Label))
        {
            var count = group.Count();
            // A tenth of each class and at most a hundred; images in the top folder have no class and only teach.
            var (asked, kept) = group.Key.Length == 0 ? (0, 0) : (Math.Clamp(count / 10, 1, QueriesPerClass), Math.Clamp(count / 10, 1, LabeledPerClass));
            queries.AddRange(group.Take(asked).Select(row => Line(row.Path, row.Label)));
            database.AddRange(group.Skip(asked).Select(row => Line(row.Path, row.Label)));
            train.AddRange(group.Skip(asked).Select((row, i) => Line(row.Path, i < kept ? row.Label : "")));
            labeled += Math.Min(kept, count - asked);
        }

        foreach (var (name, lines) in new[] { ("queries", queries), ("database", database), ("train", train) })
            File.WriteAllLines(Path.Combine(folder, $"{name}.csv"), lines.Prepend("ImagePath,Label"));
        return $"{queries.Count:N0} queries, {database.Count:N0} in the database; of these {labeled:N0} show the trainer their label";
    }

    private static string Line(string path, string label) => $"{Quoted(path)},{Quoted(label)}";

    private static string Quoted(string cell) => $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
