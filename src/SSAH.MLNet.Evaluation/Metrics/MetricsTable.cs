using System.Globalization;
using System.Text;

namespace SSAH.MLNet.Evaluation;

/// <summary>The metrics as text, headline first.</summary>
internal static class MetricsTable
{
    public static string Write(HammingRetrievalMetrics m)
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"Hamming retrieval, {m.Bits} bits: {m.QueryCount} queries, {m.DatabaseCount} database rows{Suffix(m.Conventions.Protocol)}");
        Line($"  mAP                  {m.MeanAveragePrecision:F4}  tie-averaged");
        Line($"                       worst order {m.PessimisticMeanAveragePrecision:F4}, best order {m.OptimisticMeanAveragePrecision:F4}");
        if (m.Confidence is { } c)
            Line($"                       {c.Level:P0} interval over queries {c.Lower:F4} to {c.Upper:F4} ({c.Samples} resamples, seed {c.Seed})");
        if (m.StableMeanAveragePrecision is { } stable)
            Line($"  mAP, stable order    {stable:F4}  {m.Conventions.StableTies}");
        if (m.WeightedAveragePrecision is { } weighted)
            Line($"  WAP                  {weighted:F4}{Stable(m.StableWeightedAveragePrecision)}");
        if (m.Asymmetric is { } a)
            Line($"  mAP, asymmetric      {a.MeanAveragePrecision:F4}  head of {a.Depth} re-ranked by activations: no figure of binary codes alone");
        Line($"  within radius {m.WithinRadius.Radius,-3}    {Ball(m.WithinRadius)}");
        foreach (CutoffMetrics k in m.Cutoffs)
        {
            text.Append(Cut($"  at {k.K,-7}", k.MeanAveragePrecision, k.Precision, k.Recall, k.HitRate, k.Ndcg, k.Acg));
            if (k.StableMeanAveragePrecision is { } map)
                text.Append(Cut("     stable ", map, k.StablePrecision, k.StableRecall, k.StableHitRate, k.StableNdcg, k.StableAcg));
        }
        if (m.ClassId is { } id)
            Line($"  class-id code        {id.MeanAveragePrecision:F4}  query accuracy {id.QueryAccuracy:P1}; {id.Source}");
        if (m.Codes is { } codes)
        {
            Line($"  codes                {codes.DistinctCodes} distinct, biggest bucket {codes.BiggestBucket}");
            Line($"                       entropy: {codes.MeanBitEntropy:F3} a bit, {codes.CodeEntropy:F2} bits a code");
            Line($"                       |correlation| of bits: mean {codes.MeanBitCorrelation:F3}, largest {codes.MaxBitCorrelation:F3}");
            if (codes.NearZeroActivationShare is { } share)
                Line($"                       |u| < 0.1: {share:P2}");
        }
        Line($"  counted              {m.QueriesWithoutRelevant} queries with nothing relevant (AP 0)");
        Line($"                       {m.UnlabeledQueries} unlabeled queries, left out; {m.Conventions.SelfMatches} self-matches, left out");
        if (m.PossibleSelfMatches > 0)
            Line($"                       {m.PossibleSelfMatches} queries are database rows too and may have found themselves: set ExcludeSameRow");
        Line($"                       {m.UnlabeledDatabaseRows} unlabeled database rows: {m.Conventions.UnlabeledDatabase}");
        Line($"  conventions          relevant: {m.Conventions.Relevance}; AP@k over {m.Conventions.ApDenominator}");
        return text.ToString();
    }

    private static string Suffix(string? protocol) => protocol is null ? "" : $", protocol {protocol}";

    private static string Stable(double? value) =>
        value is null ? "" : string.Create(CultureInfo.InvariantCulture, $"  stable order {value:F4}");

    private static string Ball(RadiusMetrics ball) => string.Create(CultureInfo.InvariantCulture,
        $"precision {ball.Precision:F4}, recall {ball.Recall:F4}, mAP {ball.MeanAveragePrecision:F4}, empty balls {ball.EmptyBallRate:P1}");

    private static string Cut(string name, double map, double? precision, double? recall, double? hit, double? ndcg, double? acg) =>
        string.Create(CultureInfo.InvariantCulture, $"{name} mAP {map:F4}  precision {precision:F4}  recall {recall:F4}  hit rate {hit:F4}")
        + (ndcg is null ? "" : string.Create(CultureInfo.InvariantCulture, $"  NDCG {ndcg:F4}  ACG {acg:F4}")) + "\n";
}
