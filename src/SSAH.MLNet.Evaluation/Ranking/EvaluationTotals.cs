namespace SSAH.MLNet.Evaluation;

/// <summary>Sums over the queries of one block. Blocks are added in order, so that no figure depends on the threads.</summary>
internal sealed class EvaluationTotals(int cutoffs, int curve, int bits)
{
    public CutoffSums TieAveraged { get; } = new(cutoffs);

    public CutoffSums Stable { get; } = new(cutoffs);

    public double[] CurvePrecision { get; } = new double[curve];

    public double[] CurveRecall { get; } = new double[curve];

    public double[] LookupPrecision { get; } = new double[bits + 1];

    public double[] LookupRecall { get; } = new double[bits + 1];

    public double[] LookupEmpty { get; } = new double[bits + 1];

    public long[] RelevantDistances { get; } = new long[bits + 1];

    public long[] IrrelevantDistances { get; } = new long[bits + 1];

    public double RadiusAveragePrecision { get; set; }

    public double WeightedAveragePrecision { get; set; }

    public double StableWeightedAveragePrecision { get; set; }

    public void Add(EvaluationTotals other)
    {
        TieAveraged.Add(other.TieAveraged);
        Stable.Add(other.Stable);
        Sums.Add(CurvePrecision, other.CurvePrecision);
        Sums.Add(CurveRecall, other.CurveRecall);
        Sums.Add(LookupPrecision, other.LookupPrecision);
        Sums.Add(LookupRecall, other.LookupRecall);
        Sums.Add(LookupEmpty, other.LookupEmpty);
        for (int i = 0; i < RelevantDistances.Length; i++)
        {
            RelevantDistances[i] += other.RelevantDistances[i];
            IrrelevantDistances[i] += other.IrrelevantDistances[i];
        }
        RadiusAveragePrecision += other.RadiusAveragePrecision;
        WeightedAveragePrecision += other.WeightedAveragePrecision;
        StableWeightedAveragePrecision += other.StableWeightedAveragePrecision;
    }
}

/// <summary>Sums of the figures at each cutoff.</summary>
internal sealed class CutoffSums(int cutoffs)
{
    public double[] AveragePrecision { get; } = new double[cutoffs];

    public double[] Precision { get; } = new double[cutoffs];

    public double[] Recall { get; } = new double[cutoffs];

    public double[] HitRate { get; } = new double[cutoffs];

    public double[] Ndcg { get; } = new double[cutoffs];

    public double[] Acg { get; } = new double[cutoffs];

    public void Add(CutoffSums other)
    {
        Sums.Add(AveragePrecision, other.AveragePrecision);
        Sums.Add(Precision, other.Precision);
        Sums.Add(Recall, other.Recall);
        Sums.Add(HitRate, other.HitRate);
        Sums.Add(Ndcg, other.Ndcg);
        Sums.Add(Acg, other.Acg);
    }
}

internal static class Sums
{
    public static void Add(double[] sums, double[] values)
    {
        for (int i = 0; i < sums.Length; i++)
            sums[i] += values[i];
    }
}
