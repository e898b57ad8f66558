using System.Numerics;

namespace SSAH.MLNet.Evaluation;

/// <summary>Diagnostics of a set of codes: balance, independence and spread.</summary>
internal static class CodeStatistics
{
    public static CodeDiagnostics Of(EvaluationPlan plan, CancellationToken cancellationToken)
    {
        BinaryCodes codes = plan.Database;
        ulong[][] columns = Columns(codes);
        double[] means = [.. columns.Select(column => Ones(column, column) / codes.Count)];
        (double largest, double mean) = Correlations(columns, means, codes.Count, plan.Options.ParallelOptions(cancellationToken));
        int[] buckets = Buckets(codes);
        double codeEntropy = buckets.Sum(n => -(double)n / codes.Count * Math.Log2((double)n / codes.Count));
        RetrievalOptions options = plan.Options;
        NearZeroCount nearZero = options.NearZero + NearZeroCount.Of(options.QueryActivations.Span) + NearZeroCount.Of(options.DatabaseActivations.Span);
        return new CodeDiagnostics(Array.AsReadOnly(means), means.Average(BitEntropy), codeEntropy, largest, mean, buckets.Length, buckets.Max(),
            nearZero.Share);
    }

    /// <summary>One bit set per bit position: bit i of the set is that bit of code i.</summary>
    private static ulong[][] Columns(BinaryCodes codes)
    {
        ulong[][] columns = [.. Enumerable.Range(0, codes.Bits).Select(_ => new ulong[(codes.Count + 63) / 64])];
        for (int row = 0; row < codes.Count; row++)
        {
            ReadOnlySpan<ulong> words = codes[row];
            for (int bit = 0; bit < codes.Bits; bit++)
                columns[bit][row / 64] |= (words[bit / 64] >> (bit % 64) & 1) << (row % 64);
        }
        return columns;
    }

    /// <summary>Rows in which both bits are one.</summary>
    private static double Ones(ulong[] left, ulong[] right)
    {
        long ones = 0;
        for (int i = 0; i < left.Length; i++)
            ones += BitOperations.PopCount(left[i] & right[i]);
        return ones;
    }

    private static (double Largest, double Mean) Correlations(ulong[][] columns, double[] means, int count, ParallelOptions parallel)
    {
        // One figure for each bit, added up in order: the result does not depend on the threads.
        var largest = new double[columns.Length];
        var sums = new double[columns.Length];
        Parallel.For(0, columns.Length, parallel, i =>
        {
            for (int j = i + 1; j < columns.Length; j++)
            {
                double deviation = Math.Sqrt(means[i] * (1 - means[i]) * means[j] * (1 - means[j]));
                double correlation = deviation == 0 ? 0 : Math.Abs(Ones(columns[i], columns[j]) / count - means[i] * means[j]) / deviation;
                largest[i] = Math.Max(largest[i], correlation);
                sums[i] += correlation;
            }
        });
        long pairs = (long)columns.Length * (columns.Length - 1) / 2;
        return (largest.Max(), pairs == 0 ? 0 : sums.Sum() / pairs);
    }

    private static double BitEntropy(double mean) =>
        mean is 0 or 1 ? 0 : -mean * Math.Log2(mean) - (1 - mean) * Math.Log2(1 - mean);

    /// <summary>Rows of each distinct code.</summary>
    private static int[] Buckets(BinaryCodes codes)
    {
        var buckets = new Dictionary<int, int>(new RowsOfEqualCode(codes));
        for (int row = 0; row < codes.Count; row++)
            buckets[row] = buckets.GetValueOrDefault(row) + 1;
        return [.. buckets.Values];
    }

    /// <summary>Compares rows by their codes.</summary>
    private sealed class RowsOfEqualCode(BinaryCodes codes) : IEqualityComparer<int>
    {
        public bool Equals(int x, int y) => codes[x].SequenceEqual(codes[y]);

        public int GetHashCode(int obj)
        {
            var hash = default(HashCode);
            foreach (ulong word in codes[obj])
                hash.Add(word);
            return hash.ToHashCode();
        }
    }
}
