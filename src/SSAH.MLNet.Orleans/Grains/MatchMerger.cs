namespace SSAH.MLNet.Orleans.Grains;

/// <summary>Puts the matches of shards together as one index would have them: by distance, then by id.</summary>
internal static class MatchMerger
{
    public static PackedMatches Merge(IReadOnlyList<PackedMatches> parts, int queries, int k)
    {
        var rows = new HammingMatch[queries][];
        for (int query = 0; query < queries; query++)
        {
            var row = new HammingMatch[parts.Sum(part => part.Ends[query] - part.StartOf(query))];
            int next = 0;
            foreach (PackedMatches part in parts)
            {
                for (int i = part.StartOf(query); i < part.Ends[query]; i++)
                    row[next++] = new HammingMatch(part.Ids[i], part.Distances[i]);
            }
            Array.Sort(row, static (a, b) => a.Distance != b.Distance ? a.Distance.CompareTo(b.Distance) : a.Id.CompareTo(b.Id));
            rows[query] = row.Length > k ? row[..k] : row;
        }
        return PackedMatches.From(rows);
    }
}
