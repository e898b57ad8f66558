namespace SSAH.MLNet.Experiments.LabelEfficiency;

/// <summary>Tie-averaged average precision and precision@10 of each query's ranking by Hamming distance.</summary>
internal static class CodeRanking
{
    private static readonly RetrievalOptions s_options = new() { Cutoffs = [10], StableOrder = false, Diagnostics = false, BootstrapSamples = 0 };

    public static (double AveragePrecision, double Precision)[] Evaluate(BinaryCodes queries, int[] queryClasses, BinaryCodes database, int[] databaseClasses)
    {
        var labels = LabelSets.FromClasses(databaseClasses);
        // One class at a time: the evaluator gives means, and a class is seen or unseen as a whole.
        var figures = new (double, double)[queries.Count];
        foreach (var group in Enumerable.Range(0, queries.Count).GroupBy(query => queryClasses[query]))
        {
            var codes = new BinaryCodes(queries.Bits);
            byte[] code = new byte[queries.BytesPerCode];
            foreach (int query in group)
            {
                queries.CopyPacked(query, code);
                codes.Add(code);
            }
            var found = RetrievalEvaluation.Evaluate(codes, LabelSets.FromClasses([.. group.Select(_ => group.Key)]), database, labels, s_options);
            foreach (int query in group)
                figures[query] = (found.MeanAveragePrecision, found.Cutoffs[0].Precision);
        }
        return figures;
    }
}
