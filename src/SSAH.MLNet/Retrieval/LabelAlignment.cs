using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet;

/// <summary>Gives the labels of two data views the same class numbers.</summary>
/// <remarks>
/// Two MapValueToKey steps number the same classes differently. Where both columns name their classes, classes are matched by name, and those
/// that only the database has get numbers after the queries'. Where one has no names, or a name twice, key n is key n in both.
/// </remarks>
internal static class LabelAlignment
{
    /// <param name="left">Label column of the queries.</param>
    /// <param name="queries">Classes of each query, by its column's own numbers.</param>
    /// <param name="right">Label column of the database.</param>
    /// <param name="database">Classes of each database row, by its column's own numbers.</param>
    public static (LabelSets Queries, LabelSets Database) Align(LabelColumn left, List<int[]> queries, LabelColumn right, List<int[]> database)
    {
        if (!HasDistinctNames(left) || !HasDistinctNames(right))
        {
            int count = Math.Max(left.ClassCount, right.ClassCount);
            return (LabelsOf(left, queries, null, count, NamesOfAll(left, count)), LabelsOf(right, database, null, count, NamesOfAll(left, count)));
        }
        var numbers = left.Names!.Select((name, number) => (name, number)).ToDictionary(pair => pair.name, pair => pair.number);
        var names = left.Names!.ToList();
        int[] map = new int[right.ClassCount];
        for (int label = 0; label < map.Length; label++)
        {
            string name = right.Names![label];
            if (numbers.TryAdd(name, names.Count))
                names.Add(name);
            map[label] = numbers[name];
        }
        return (LabelsOf(left, queries, null, names.Count, names), LabelsOf(right, database, map, names.Count, names));
    }

    private static bool HasDistinctNames(LabelColumn column) =>
        column.Names is { } names && names.Count == column.ClassCount && names.Distinct().Count() == names.Count;

    private static IReadOnlyList<string>? NamesOfAll(LabelColumn column, int count) => column.Names?.Count == count ? column.Names : null;

    private static LabelSets LabelsOf(LabelColumn column, List<int[]> rows, int[]? map, int classCount, IReadOnlyList<string>? names)
    {
        int Number(int label) => map is null ? label : map[label];
        return column.IsMultiLabel
            ? LabelSets.FromSets([.. rows.Select(classes => Array.ConvertAll(classes, Number))], classCount, names)
            : LabelSets.FromClasses([.. rows.Select(classes => classes is [var label] ? Number(label) : -1)], names);
    }
}
