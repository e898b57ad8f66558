using System.Numerics;

namespace SSAH.MLNet.Evaluation;

/// <summary>For each class the ranked rows that carry it: the rows relevant to a query without a look at all the others.</summary>
internal sealed class RelevanceIndex
{
    private readonly int[] _starts;
    private readonly int[] _rows;

    /// <param name="labels">Labels of the database.</param>
    /// <param name="ranked">Database rows that take part in the ranking; the index speaks of places in this list.</param>
    public RelevanceIndex(LabelSets labels, ReadOnlySpan<int> ranked)
    {
        _starts = new int[labels.ClassCount + 1];
        foreach (int row in ranked)
            foreach (int label in LabelsOf(labels, row))
                _starts[label + 1]++;
        for (int label = 0; label < labels.ClassCount; label++)
            _starts[label + 1] = checked(_starts[label + 1] + _starts[label]);
        _rows = new int[_starts[^1]];
        int[] next = _starts[..^1];
        for (int place = 0; place < ranked.Length; place++)
            foreach (int label in LabelsOf(labels, ranked[place]))
                _rows[next[label]++] = place;
    }

    /// <summary>Places of the rows that carry <paramref name="label"/>, ascending.</summary>
    public ReadOnlySpan<int> RowsOf(int label) =>
        (uint)label < (uint)(_starts.Length - 1) ? _rows.AsSpan(_starts[label].._starts[label + 1]) : default;

    /// <summary>Counts the shared classes of every row with <paramref name="query"/> and lists the rows that share any, ascending.</summary>
    /// <returns>How many rows share a class.</returns>
    public int Shared(LabelSets labels, int query, Span<byte> shared, Span<int> rows)
    {
        shared.Clear();
        foreach (int label in LabelsOf(labels, query))
            foreach (int place in RowsOf(label))
                shared[place]++;
        int found = 0;
        // The pen writes every row and moves on only past a relevant one: relevance is too irregular to branch on.
        for (int place = 0; place < shared.Length; place++)
        {
            rows[found] = place;
            found += shared[place] != 0 ? 1 : 0;
        }
        return found;
    }

    /// <summary>The classes of one row, ascending.</summary>
    public static IEnumerable<int> LabelsOf(LabelSets labels, int row)
    {
        if (!labels.IsMultiLabel)
        {
            if (labels.IsLabeled(row))
                yield return labels.ClassOf(row);
            yield break;
        }
        for (int word = 0; word < labels.WordsPerMask; word++)
            for (ulong rest = labels.MaskOf(row)[word]; rest != 0; rest &= rest - 1)
                yield return word * 64 + BitOperations.TrailingZeroCount(rest);
    }
}
