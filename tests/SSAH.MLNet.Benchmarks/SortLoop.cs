using System.Numerics;

namespace SSAH.MLNet.Benchmarks;

/// <summary>The anchor that every machine has: PopCount distances, a sort by (distance, row), a walk down the ranking. One thread.</summary>
internal static class SortLoop
{
    public static double SumOfAveragePrecision(EvaluatorData data, int queries)
    {
        long[] ranking = new long[data.Database.Count];
        double total = 0;
        for (int query = 0; query < queries; query++)
        {
            ReadOnlySpan<ulong> code = data.Queries[query], rows = data.Database.Words;
            int words = data.Database.WordsPerCode;
            for (int row = 0; row < ranking.Length; row++)
            {
                int distance = 0;
                for (int word = 0; word < words; word++)
                    distance += BitOperations.PopCount(code[word] ^ rows[row * words + word]);
                ranking[row] = (long)distance << 32 | (uint)row;
            }
            Array.Sort(ranking);
            int found = 0;
            double sum = 0;
            for (int place = 0; place < ranking.Length; place++)
                if (data.DatabaseClasses[(int)ranking[place]] == data.QueryClasses[query])
                    sum += (double)++found / (place + 1);
            total += found == 0 ? 0 : sum / found;
        }
        return total;
    }
}
