namespace SSAH.MLNet.Evaluation;

/// <summary>Sums over ranks that all queries share.</summary>
internal sealed class RankTables
{
    public RankTables(int count)
    {
        Harmonic = new double[count + 1];
        LogFactorial = new double[count + 1];
        Discount = new double[count + 1];
        for (int rank = 1; rank <= count; rank++)
        {
            Harmonic[rank] = Harmonic[rank - 1] + 1.0 / rank;
            LogFactorial[rank] = LogFactorial[rank - 1] + Math.Log(rank);
            Discount[rank] = Discount[rank - 1] + 1 / Math.Log2(rank + 1.0);
        }
    }

    /// <summary>H(n) = 1 + 1/2 + ... + 1/n.</summary>
    public double[] Harmonic { get; }

    /// <summary>ln n!.</summary>
    public double[] LogFactorial { get; }

    /// <summary>Sum of NDCG's discounts 1/log2(rank + 1) of the first n ranks.</summary>
    public double[] Discount { get; }

    /// <summary>ln of the number of ways to choose <paramref name="k"/> of <paramref name="n"/>.</summary>
    public double LogChoose(int n, int k) => LogFactorial[n] - LogFactorial[k] - LogFactorial[n - k];
}
