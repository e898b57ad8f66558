namespace SSAH.MLNet.Evaluation;

/// <summary>A tie group that a cutoff falls into: <paramref name="Taken"/> of its rows, drawn at random, are inside.</summary>
/// <param name="Count">Rows in the group.</param>
/// <param name="Relevant">Relevant rows in the group.</param>
/// <param name="Taken">Rows of the group inside the cutoff, below <paramref name="Count"/>; the default value is no group.</param>
/// <param name="Before">Rows before the group.</param>
/// <param name="RelevantBefore">Relevant rows before the group.</param>
internal readonly record struct CutGroup(int Count, int Relevant, int Taken, int Before, int RelevantBefore)
{
    /// <summary>Terms of the hypergeometric distribution below this share of the largest cannot change a double.</summary>
    private const double Negligible = 1e-20;

    /// <summary>Probability that none of the rows inside is relevant: C(n - r, m) / C(n, m).</summary>
    public double ProbabilityOfNone(RankTables tables) =>
        Relevant == 0 ? 1
        : Taken > Count - Relevant ? 0
        : Math.Exp(tables.LogChoose(Count - Relevant, Taken) - tables.LogChoose(Count, Taken));

    /// <summary>Expected sum of the precisions at the relevant places inside.</summary>
    public double ExpectedSum(RankTables tables) => Taken == 0 ? 0
        : TieAverage.GroupSum(Count, Relevant, Taken, Before, RelevantBefore, HarmonicSpan(tables));

    /// <summary>Expected (sum + own sum) / (relevant rows within the cutoff), where the denominator is random too.</summary>
    /// <remarks>Given that x of the m rows inside are relevant (hypergeometric), they lie among the m places like a tie group of their own.</remarks>
    public double ExpectedRatio(double sumBefore, int relevantBefore, RankTables tables)
    {
        if (Taken == 0 || Relevant == 0)
            return relevantBefore == 0 ? 0 : sumBefore / relevantBefore;
        int least = Math.Max(0, Taken - (Count - Relevant)), most = Math.Min(Taken, Relevant);
        int mode = Math.Clamp((int)((Taken + 1.0) * (Relevant + 1.0) / (Count + 2.0)), least, most);
        double weights = 0, total = 0;
        // Outwards from the most likely x, with weights relative to it: nothing overflows, and the far tails end early.
        double weight = 1;
        for (int x = mode; x <= most && weight > Negligible; x++)
        {
            weights += weight;
            total += weight * RatioGiven(x, sumBefore, relevantBefore, tables);
            weight *= (double)(Relevant - x) * (Taken - x) / ((x + 1.0) * (Count - Relevant - Taken + x + 1.0));
        }
        weight = 1;
        for (int x = mode; x > least && weight > Negligible; x--)
        {
            weight *= x * (double)(Count - Relevant - Taken + x) / ((Relevant - x + 1.0) * (Taken - x + 1.0));
            weights += weight;
            total += weight * RatioGiven(x - 1, sumBefore, relevantBefore, tables);
        }
        return total / weights;
    }

    private double RatioGiven(int x, double sumBefore, int relevantBefore, RankTables tables) => relevantBefore + x == 0 ? 0
        : (sumBefore + TieAverage.GroupSum(Taken, x, Taken, Before, RelevantBefore, HarmonicSpan(tables))) / (relevantBefore + x);

    private double HarmonicSpan(RankTables tables) => tables.Harmonic[Before + Taken] - tables.Harmonic[Before];
}
