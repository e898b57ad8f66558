using System.Numerics;

namespace SSAH.MLNet.Evaluation;

/// <summary>Diagnostics of a set of codes: balance, independence and spread.</summary>
internal static class CodeStatistics
{
    private const float NearZero = 0.1f;

    public static CodeDiagnostics Of(EvaluationPlan plan)
    {
        BinaryCodes codes = plan.Database;
        ulong[][] columns = Columns(codes);
        double[] means = [.. columns.Select(column => Ones(column, column) / codes.Count)];
        (double largest, double mean) = Correlations(columns, means, codes.Count);
        int[] buckets = Buckets(codes);
        double codeEntropy = buckets.Sum(n => -(double)n / codes.Count * Math.Log2((double)n / codes.Count));
        return new CodeDiagnostics(Array.AsReadOnly(means), means.Average(BitEntropy), codeEntropy, largest, mean, buckets.Length, buckets.Max(),
            NearZeroShare(plan.Options.QueryActivations.Span, plan.Options.DatabaseActivations.Span));
    }

    /// <summary>One bit set a bit position: bit i of the set is that bit of code i.</summary>
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

    private static (double Largest, double Mean) Correlations(ulong[][] columns, double[] means, int count)
    {
        double largest = 0, sum = 0;
        for (int i = 0; i < columns.Length; i++)
        {
            for (int j = i + 1; j < columns.Length; j++)
            {
                double deviation = Math.Sqrt(means[i] * (1 - means[i]) * means[j] * (1 - means[j]));
                double correlation = deviation == 0 ? 0 : Math.Abs(Ones(columns[i], columns[j]) / count - means[i] * means[j]) / deviation;
                largest = Math.Max(largest, correlation);
                sum += correlation;
            }
        }
        long pairs = (long)columns.Length * (columns.Length - 1) / 2;
        return (largest, pairs == 0 ? 0 : sum / pairs);
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

    private static double? NearZeroShare(ReadOnlySpan<float> queries, ReadOnlySpan<float> database)
    {
        if (queries.IsEmpty && database.IsEmpty)
            return null;
        long near = CountNear(queries) + CountNear(database);
        return (double)near / ((long)queries.Length + database.Length);
    }

    private static long CountNear(ReadOnlySpan<float> activations)
    {
        long near = 0;
        foreach (float u in activations)
            near += Math.Abs(u) < NearZero ? 1 : 0;
        return near;
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
