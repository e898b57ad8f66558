using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet;

/// <summary>Gives the labels of two data views the same class numbers.</summary>
/// <remarks>
/// Two MapValueToKey steps number the same classes differently. Where both columns name their classes, classes are matched by name, and those
/// that only the database has get numbers after the queries'. Where one has no names, or a name twice, key n is key n in both.
/// </remarks>
internal static class LabelAlignment
{
    public static (LabelSets Queries, LabelSets Database) Align(RetrievalRows queries, RetrievalRows database)
    {
        LabelColumn left = queries.LabelColumn, right = database.LabelColumn;
        if (!HasDistinctNames(left) || !HasDistinctNames(right))
        {
            int count = Math.Max(left.ClassCount, right.ClassCount);
            return (LabelsOf(queries, null, count, NamesOfAll(left, count)), LabelsOf(database, null, count, NamesOfAll(left, count)));
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
        return (LabelsOf(queries, null, names.Count, names), LabelsOf(database, map, names.Count, names));
    }

    private static bool HasDistinctNames(LabelColumn column) =>
        column.Names is { } names && names.Count == column.ClassCount && names.Distinct().Count() == names.Count;

    private static IReadOnlyList<string>? NamesOfAll(LabelColumn column, int count) => column.Names?.Count == count ? column.Names : null;

    private static LabelSets LabelsOf(RetrievalRows rows, int[]? map, int classCount, IReadOnlyList<string>? names)
    {
        int Number(int label) => map is null ? label : map[label];
        return rows.LabelColumn.IsMultiLabel
            ? LabelSets.FromSets([.. rows.Classes.Select(classes => Array.ConvertAll(classes, Number))], classCount, names)
            : LabelSets.FromClasses([.. rows.Classes.Select(classes => classes is [var label] ? Number(label) : -1)], names);
    }
}
