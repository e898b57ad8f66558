using System.Numerics;
using System.Runtime.CompilerServices;

namespace SSAH.MLNet.Benchmarks;

/// <summary>
/// The anchor: a loop over <see cref="BitOperations.PopCount(ulong)"/>, row after row, for 64 and 128 bits. At 64 bits it runs at the speed
/// of a natively built
/// faiss IndexBinaryFlat. The k nearest are kept by insertion into a short sorted list, lowest row first among ties.
/// </summary>
internal static unsafe class PopCountLoop
{
    /// <summary>Finds the k nearest rows of the first queries, on one thread or several.</summary>
    /// <param name="database">The codes.</param>
    /// <param name="queries">The queries.</param>
    /// <param name="count">How many of them to search.</param>
    /// <param name="k">Matches a query.</param>
    /// <param name="threads">Threads; queries are split between them.</param>
    /// <returns>The distances, k for each query.</returns>
    public static int[] Search(BinaryCodes database, BinaryCodes queries, int count, int k, int threads)
    {
        var distances = new int[count * k];
        Run(count, threads, query =>
        {
            Span<int> rows = stackalloc int[k];
            Nearest(database.Words, queries[query], distances.AsSpan(query * k, k), rows);
        });
        return distances;
    }

    /// <summary>Finds the rows within a radius of the first queries and returns their number.</summary>
    public static long SearchRadius(BinaryCodes database, BinaryCodes queries, int count, int radius, int threads)
    {
        long total = 0;
        Run(count, threads, query => Interlocked.Add(ref total, Within(database.Words, queries[query], radius).Count));
        return total;
    }

    private static void Run(int count, int threads, Action<int> body)
    {
        if (threads > 1)
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, body);
            return;
        }
        for (int query = 0; query < count; query++)
            body(query);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Nearest(ReadOnlySpan<ulong> database, ReadOnlySpan<ulong> query, Span<int> distances, Span<int> rows)
    {
        distances.Fill(int.MaxValue);
        fixed (ulong* codes = database)
        {
            int words = query.Length, count = database.Length / words, worst = int.MaxValue;
            ulong first = query[0], second = words > 1 ? query[1] : 0;
            for (int row = 0; words == 1 && row < count; row++)
            {
                int distance = BitOperations.PopCount(codes[row] ^ first);
                if (distance < worst)
                    worst = Insert(distances, rows, distance, row);
            }
            for (int row = 0; words == 2 && row < count; row++)
            {
                int distance = BitOperations.PopCount(codes[2 * row] ^ first) + BitOperations.PopCount(codes[2 * row + 1] ^ second);
                if (distance < worst)
                    worst = Insert(distances, rows, distance, row);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static List<int> Within(ReadOnlySpan<ulong> database, ReadOnlySpan<ulong> query, int radius)
    {
        var rows = new List<int>();
        fixed (ulong* codes = database)
        {
            int words = query.Length, count = database.Length / words;
            ulong first = query[0], second = words > 1 ? query[1] : 0;
            for (int row = 0; words == 1 && row < count; row++)
            {
                if (BitOperations.PopCount(codes[row] ^ first) <= radius)
                    rows.Add(row);
            }
            for (int row = 0; words == 2 && row < count; row++)
            {
                if (BitOperations.PopCount(codes[2 * row] ^ first) + BitOperations.PopCount(codes[2 * row + 1] ^ second) <= radius)
                    rows.Add(row);
            }
        }
        return rows;
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
