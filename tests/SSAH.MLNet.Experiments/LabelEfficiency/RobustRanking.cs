using SSAH.MLNet.Features;

namespace SSAH.MLNet.Experiments.LabelEfficiency;

/// <summary>Retrieval with queries that are turned and partly covered in 81 ways, the database as it is.</summary>
internal static class RobustRanking
{
    public static RobustnessMetrics Evaluate(FeatureCollection collection, FewLabels split, HashHead head, int count)
    {
        // The same queries for every seed and method.
        int[] queries = [.. split.Queries];
        new Random(7).Shuffle(queries);
        queries = [.. queries.Take(count).Order()];
        IReadOnlyList<QueryView> views = QueryView.RotationsWithOcclusions;
        FeatureMatrix[] each = [collection.Features.Take(queries), .. collection.QueryViewsOf(queries, views)];
        BinaryCodes[] codes = [.. each.Select(CodesOf)];
        var joined = new BinaryCodes(head.Bits);
        byte[] code = new byte[joined.BytesPerCode];
        for (int query = 0; query < queries.Length; query++)
            foreach (BinaryCodes view in codes)
            {
                view.CopyPacked(query, code);
                joined.Add(code);
            }
        return ViewScores.Evaluate([.. views.Select(view => new ViewTitle(view.Family, view.Name))], joined,
            LabelSets.FromClasses([.. queries.Select(row => collection.Classes[row])]), [.. Enumerable.Range(0, queries.Length)],
            CodesOf(collection.Features.Take(split.Database)),
            LabelSets.FromClasses([.. split.Database.Select(row => collection.Classes[row])]), new RetrievalOptions(), default);

        BinaryCodes CodesOf(FeatureMatrix features) => BinaryCodes.FromActivations(head.Bits, head.Activations(head.Whiten(features)).Values);
    }
}
