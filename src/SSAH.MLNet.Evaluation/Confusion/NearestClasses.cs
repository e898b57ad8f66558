using System.Numerics;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Evaluation;

/// <summary>Shares of the classes among the rows nearest to a code. For one thread.</summary>
/// <param name="database">The rows.</param>
/// <param name="labels">Their labels.</param>
/// <param name="rows">Rows that are ranked.</param>
/// <param name="classes">Number of classes.</param>
internal sealed class NearestClasses(BinaryCodes database, LabelSets labels, int[] rows, int classes)
{
    private readonly int[] _distances = new int[rows.Length];

    /// <summary>For each class the share of the k nearest rows that carry it; of fewer rows, of all.</summary>
    public double[] Of(ReadOnlySpan<ulong> code, int k, int self)
    {
        int[] counts = new int[database.Bits + 1];
        for (int i = 0; i < rows.Length; i++)
        {
            _distances[i] = rows[i] == self ? -1 : Distance(code, database[rows[i]]);
            if (_distances[i] >= 0)
                counts[_distances[i]]++;
        }
        (int last, double weight, int taken) = Cut(counts, k);
        var shares = new double[classes];
        for (int i = 0; i < rows.Length; i++)
            if (_distances[i] >= 0 && _distances[i] <= last)
                foreach (int label in RelevanceIndex.LabelsOf(labels, rows[i]))
                    shares[label] += (_distances[i] < last ? 1 : weight) / taken;
        return shares;
    }

    // The distance that the k-th place falls into, the share of its rows that is inside, and how many rows are inside in all.
    private static (int Last, double Weight, int Taken) Cut(int[] counts, int k)
    {
        int before = 0;
        for (int distance = 0; distance < counts.Length; distance++)
        {
            if (before + counts[distance] >= k)
                return (distance, (double)(k - before) / counts[distance], k);
            before += counts[distance];
        }
        return (counts.Length, 1, Math.Max(1, before));
    }

    private static int Distance(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right)
    {
        int bits = 0;
        for (int word = 0; word < left.Length; word++)
            bits += BitOperations.PopCount(left[word] ^ right[word]);
        return bits;
    }
}
