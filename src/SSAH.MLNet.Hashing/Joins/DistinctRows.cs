namespace SSAH.MLNet.Hashing;

/// <summary>Finds the rows of equal codes.</summary>
internal static class DistinctRows
{
    /// <summary>The first row of each distinct code, ascending.</summary>
    /// <param name="codes">The codes.</param>
    /// <param name="firstOf">For each row the first row of its code.</param>
    public static int[] Of(BinaryCodes codes, out int[] firstOf)
    {
        var hashes = new ulong[codes.Count];
        var rows = new int[codes.Count];
        firstOf = new int[codes.Count];
        for (int row = 0; row < rows.Length; row++)
            (hashes[row], rows[row], firstOf[row]) = (HashOf(codes[row]), row, row);
        Array.Sort(hashes, rows);
        for (int start = 0, end; start < rows.Length; start = end)
        {
            for (end = start + 1; end < rows.Length && hashes[end] == hashes[start];)
                end++;
            if (end - start > 1)
                LinkEqual(codes, rows.AsSpan(start, end - start), firstOf);
        }
        var distinct = new List<int>();
        for (int row = 0; row < firstOf.Length; row++)
        {
            if (firstOf[row] == row)
                distinct.Add(row);
        }
        return [.. distinct];
    }

    /// <summary>Links rows of one hash to the first row of the same code. Different codes of one hash are rare, so a few comparisons do.</summary>
    private static void LinkEqual(BinaryCodes codes, Span<int> rows, int[] firstOf)
    {
        rows.Sort();
        var firsts = new List<int>();
        foreach (int row in rows)
        {
            int first = firsts.FindIndex(other => codes[other].SequenceEqual(codes[row]));
            if (first < 0)
                firsts.Add(row);
            else
                firstOf[row] = firsts[first];
        }
    }

    private static ulong HashOf(ReadOnlySpan<ulong> code)
    {
        ulong hash = code[0];
        foreach (ulong word in code[1..])
            hash = ((hash ^ (hash >> 29)) * 0x9E37_79B9_7F4A_7C15) ^ word;
        return hash;
    }
}
