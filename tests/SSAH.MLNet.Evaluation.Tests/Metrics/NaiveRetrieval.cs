using System.Numerics;

namespace SSAH.MLNet.Evaluation.Tests.Metrics;

/// <summary>The measures by their textbook definitions, of one explicit order of the rows: what the fast implementation must equal.</summary>
internal static class NaiveRetrieval
{
    public static int Distance(BinaryCodes left, int i, BinaryCodes right, int j)
    {
        int distance = 0;
        for (int word = 0; word < left.WordsPerCode; word++)
            distance += BitOperations.PopCount(left[i][word] ^ right[j][word]);
        return distance;
    }

    public static int Shared(LabelSets left, int i, LabelSets right, int j)
    {
        int shared = 0;
        for (int word = 0; word < Math.Min(left.MaskOf(i).Length, right.MaskOf(j).Length); word++)
            shared += BitOperations.PopCount(left.MaskOf(i)[word] & right.MaskOf(j)[word]);
        return shared;
    }

    /// <param name="shared">Shared classes of the rows, in the order of the ranking.</param>
    public static Dictionary<string, double> Measures(int[] shared, int[] cutoffs)
    {
        int relevant = shared.Count(s => s > 0);
        var measures = new Dictionary<string, double>
        {
            ["AP"] = PrecisionSum(shared, shared.Length) / Math.Max(1, relevant),
            ["WAP"] = shared.Select((s, i) => s > 0 ? shared.Take(i + 1).Average() : 0).Sum() / Math.Max(1, relevant),
        };
        foreach (int k in cutoffs)
        {
            int found = shared.Take(k).Count(s => s > 0);
            double sum = PrecisionSum(shared, k);
            measures[$"AP@{k} {ApDenominator.RelevantInTopK}"] = sum / Math.Max(1, found);
            measures[$"AP@{k} {ApDenominator.MinOfRelevantAndK}"] = sum / Math.Max(1, Math.Min(relevant, k));
            measures[$"AP@{k} {ApDenominator.Relevant}"] = sum / Math.Max(1, relevant);
            measures[$"P@{k}"] = (double)found / k;
            measures[$"R@{k}"] = (double)found / Math.Max(1, relevant);
            measures[$"Hit@{k}"] = found > 0 ? 1 : 0;
            double ideal = Dcg([.. shared.OrderDescending()], k);
            measures[$"NDCG@{k}"] = ideal == 0 ? 0 : Dcg(shared, k) / ideal;
            measures[$"ACG@{k}"] = (double)shared.Take(k).Sum() / k;
        }
        return measures;
    }

    /// <summary>The same names out of the fast evaluation.</summary>
    public static Dictionary<string, double> Of(HammingRetrievalMetrics metrics, bool stable)
    {
        var measures = new Dictionary<string, double>
        {
            ["AP"] = stable ? metrics.StableMeanAveragePrecision!.Value : metrics.MeanAveragePrecision,
        };
        if (metrics.WeightedAveragePrecision is { } weighted)
            measures["WAP"] = stable ? metrics.StableWeightedAveragePrecision!.Value : weighted;
        foreach (CutoffMetrics cut in metrics.Cutoffs)
        {
            measures[$"AP@{cut.K} {metrics.Conventions.ApDenominator}"] = stable ? cut.StableMeanAveragePrecision!.Value : cut.MeanAveragePrecision;
            measures[$"P@{cut.K}"] = stable ? cut.StablePrecision!.Value : cut.Precision;
            measures[$"R@{cut.K}"] = stable ? cut.StableRecall!.Value : cut.Recall;
            measures[$"Hit@{cut.K}"] = stable ? cut.StableHitRate!.Value : cut.HitRate;
            if (cut.Ndcg is null)
                continue;
            measures[$"NDCG@{cut.K}"] = stable ? cut.StableNdcg!.Value : cut.Ndcg.Value;
            measures[$"ACG@{cut.K}"] = stable ? cut.StableAcg!.Value : cut.Acg!.Value;
        }
        return measures;
    }

    /// <summary>All orders of the rows that agree with their distances.</summary>
    public static IEnumerable<int[]> Orders(int[] distances)
    {
        int[][] groups = [.. Enumerable.Range(0, distances.Length).GroupBy(i => distances[i]).OrderBy(g => g.Key).Select(g => g.ToArray())];
        return groups.Aggregate<int[], IEnumerable<int[]>>([[]], (orders, group) =>
            orders.SelectMany(order => Permutations(group).Select(tail => order.Concat(tail).ToArray())));
    }

    private static IEnumerable<int[]> Permutations(int[] items)
    {
        if (items.Length == 0)
            yield return [];
        for (int i = 0; i < items.Length; i++)
            foreach (int[] rest in Permutations([.. items[..i], .. items[(i + 1)..]]))
                yield return [items[i], .. rest];
    }

    private static double PrecisionSum(int[] shared, int k) =>
        shared.Take(k).Select((s, i) => s > 0 ? shared.Take(i + 1).Count(x => x > 0) / (i + 1.0) : 0).Sum();

    private static double Dcg(int[] shared, int k) =>
        shared.Take(k).Select((s, i) => (Math.Pow(2, s) - 1) / Math.Log2(i + 2)).Sum();
}
