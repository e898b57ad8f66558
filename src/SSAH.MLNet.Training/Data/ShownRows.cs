using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet.Training.Data;

/// <summary>The few labeled rows whose hard samples are shown.</summary>
internal static class ShownRows
{
    private const int Most = 8;

    /// <summary>The first row of each class, then the second of each, up to 8, in the order of the classes' first rows.</summary>
    /// <param name="rows">Labeled rows.</param>
    /// <param name="labels">Labels of all rows.</param>
    public static int[] Choose(IEnumerable<int> rows, LabelSets labels) =>
        [.. rows.GroupBy(row => string.Join(' ', labels.MaskOf(row).ToArray()))
            .SelectMany((group, number) => group.Take(Most).Select((row, turn) => (row, number, turn)))
            .OrderBy(each => each.turn).ThenBy(each => each.number).Take(Most)
            .OrderBy(each => each.number).ThenBy(each => each.turn).Select(each => each.row)];

    /// <summary>Names of a row's labels with commas between; empty where they have none.</summary>
    public static string LabelOf(LabelSets labels, int row)
    {
        ulong[] mask = labels.MaskOf(row).ToArray();
        return string.Join(", ", (labels.Names ?? []).Where((_, label) => (mask[label / 64] >> (label % 64) & 1) != 0));
    }
}
