using System.Numerics;
using System.Runtime.CompilerServices;

namespace SSAH.MLNet.Benchmarks;

/// <summary>
/// The anchor: a loop over <see cref="BitOperations.PopCount(ulong)"/>, row after row, which runs at the speed of a natively built faiss IndexBinaryFlat at 64 bits.
/// It keeps the k nearest by insertion into a short sorted list, lowest row first among ties.
/// </summary>
internal static unsafe class PopCountLoop
{
    /// <summary>Finds the k nearest rows of one query.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Search(ReadOnlySpan<ulong> database, ReadOnlySpan<ulong> query, Span<int> distances, Span<int> rows)
    {
        distances.Fill(int.MaxValue);
        fixed (ulong* codes = database)
        {
            int words = query.Length, count = database.Length / words, worst = int.MaxValue;
            ulong first = query[0], second = words > 1 ? query[1] : 0;
            if (words == 1)
            {
                for (int row = 0; row < count; row++)
                {
                    int distance = BitOperations.PopCount(codes[row] ^ first);
                    if (distance < worst)
                        worst = Insert(distances, rows, distance, row);
                }
            }
            else
            {
                for (int row = 0; row < count; row++)
                {
                    int distance = BitOperations.PopCount(codes[2 * row] ^ first) + BitOperations.PopCount(codes[2 * row + 1] ^ second);
                    if (distance < worst)
                        worst = Insert(distances, rows, distance, row);
                }
            }
        }
    }

    /// <summary>Counts the rows within a radius and keeps their numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int SearchRadius(ReadOnlySpan<ulong> database, ReadOnlySpan<ulong> query, int radius, List<int> rows)
    {
        rows.Clear();
        fixed (ulong* codes = database)
        {
            int words = query.Length, count = database.Length / words;
            ulong first = query[0], second = words > 1 ? query[1] : 0;
            if (words == 1)
            {
                for (int row = 0; row < count; row++)
                {
                    if (BitOperations.PopCount(codes[row] ^ first) <= radius)
                        rows.Add(row);
                }
            }
            else
            {
                for (int row = 0; row < count; row++)
                {
                    if (BitOperations.PopCount(codes[2 * row] ^ first) + BitOperations.PopCount(codes[2 * row + 1] ^ second) <= radius)
                        rows.Add(row);
                }
            }
        }
        return rows.Count;
    }

    private static int Insert(Span<int> distances, Span<int> rows, int distance, int row)
    {
        int place = distances.Length - 1;
        for (; place > 0 && distances[place - 1] > distance; place--)
            (distances[place], rows[place]) = (distances[place - 1], rows[place - 1]);
        (distances[place], rows[place]) = (distance, row);
        return distances[^1];
    }
}
