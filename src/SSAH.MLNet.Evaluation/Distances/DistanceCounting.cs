namespace SSAH.MLNet.Evaluation;

/// <summary>Counts how many rows lie at each distance. A ranking by a small integer needs no sort: counts are ranks.</summary>
internal static unsafe class DistanceCounting
{
    /// <summary>Counters that are kept side by side, so that rows of equal distance do not wait for one another.</summary>
    private const int Lanes = 4;

    /// <summary>Up to this length of code the counters of pairs of distances fit a first-level cache.</summary>
    private const int MaxPairBits = 64;

    /// <summary>Row length of the counters of pairs: distances up to 64 need 7 bits.</summary>
    private const int PairStride = 128;

    /// <summary>Below this many rows it costs more to add up the counters of pairs than they save.</summary>
    private const int MinPairRows = 16_384;

    /// <summary>Counters of scratch that both methods need.</summary>
    public static int ScratchCounters(int bits, int rows) =>
        Math.Max(Lanes * (bits + 1), CountsPairs(bits, rows) ? (bits + 1) * PairStride : 0);

    /// <summary>Number of rows at each distance.</summary>
    public static void Histogram(ReadOnlySpan<ushort> distances, Span<int> counts, Span<int> scratch)
    {
        if (CountsPairs(counts.Length - 1, distances.Length))
            PairHistogram(distances, counts, scratch);
        else
            LaneHistogram(distances, counts, scratch);
    }

    private static bool CountsPairs(int bits, int rows) => bits <= MaxPairBits && rows >= MinPairRows && BitConverter.IsLittleEndian;

    private static void LaneHistogram(ReadOnlySpan<ushort> distances, Span<int> counts, Span<int> scratch)
    {
        int width = counts.Length;
        scratch.Clear();
        fixed (ushort* d = distances)
        fixed (int* c0 = scratch)
        {
            int* c1 = c0 + width, c2 = c1 + width, c3 = c2 + width;
            int row = 0;
            for (; row <= distances.Length - Lanes; row += Lanes)
            {
                c0[d[row]]++;
                c1[d[row + 1]]++;
                c2[d[row + 2]]++;
                c3[d[row + 3]]++;
            }
            for (; row < distances.Length; row++)
                c0[d[row]]++;
            for (int i = 0; i < width; i++)
                counts[i] = c0[i] + c1[i] + c2[i] + c3[i];
        }
    }

    /// <summary>Counts two rows at once, by the pair of their distances; each pair then counts for both.</summary>
    private static void PairHistogram(ReadOnlySpan<ushort> distances, Span<int> counts, Span<int> scratch)
    {
        const uint mask = PairStride * PairStride - 1;
        int width = counts.Length;
        scratch.Clear();
        counts.Clear();
        fixed (ushort* d = distances)
        fixed (int* pairs = scratch)
        {
            int row = 0;
            for (; row <= distances.Length - 4; row += 4)
            {
                // Two distances in 32 bits, 16 apart, move to 7 apart.
                ulong four = *(ulong*)(d + row);
                four |= four >> 9;
                pairs[(uint)four & mask]++;
                pairs[(uint)(four >> 32) & mask]++;
            }
            for (; row < distances.Length; row++)
                counts[d[row]]++;
            for (int high = 0; high < width; high++)
            {
                int* lowCounts = pairs + high * PairStride;
                int sum = 0;
                for (int low = 0; low < width; low++)
                {
                    sum += lowCounts[low];
                    counts[low] += lowCounts[low];
                }
                counts[high] += sum;
            }
        }
    }

    /// <summary>Number of rows at each distance and, for each marked row, its place (from 1) among the rows of its distance in row order.</summary>
    /// <param name="distances">Distance of each row.</param>
    /// <param name="marks">1 for the rows whose place is wanted, else 0.</param>
    /// <param name="marked">The marked rows, ascending.</param>
    /// <param name="counts">Receives the histogram.</param>
    /// <param name="places">Receives a place for each marked row; has two entries more than there are marked rows.</param>
    /// <param name="scratch">At least <see cref="ScratchCounters"/>.</param>
    /// <remarks>Two halves run side by side, without a branch: each row writes its count, and only a mark moves the pen on.</remarks>
    public static void Places(
        ReadOnlySpan<ushort> distances, ReadOnlySpan<byte> marks, ReadOnlySpan<int> marked, Span<int> counts, Span<int> places, Span<int> scratch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(places.Length, marked.Length + 2, nameof(places));
        int width = counts.Length, half = distances.Length / 2;
        scratch = scratch[..(2 * width)];
        int split = marked.BinarySearch(half);
        int markedBelow = split < 0 ? ~split : split;
        scratch.Clear();
        fixed (ushort* d0 = distances)
        fixed (byte* m0 = marks)
        fixed (int* c0 = scratch, p0 = places)
        {
            ushort* d1 = d0 + half;
            byte* m1 = m0 + half;
            int* c1 = c0 + width;
            // One entry lies between the halves: the first half's pen rests there after its last mark.
            int* pen0 = p0, pen1 = p0 + markedBelow + 1;
            for (int row = 0; row < half; row++)
            {
                int* left = c0 + d0[row], right = c1 + d1[row];
                int leftCount = *left + 1, rightCount = *right + 1;
                *left = leftCount;
                *right = rightCount;
                *pen0 = leftCount;
                *pen1 = rightCount;
                pen0 += m0[row];
                pen1 += m1[row];
            }
            for (int row = 2 * half; row < distances.Length; row++)
            {
                *pen1 = ++c1[d0[row]];
                pen1 += m0[row];
            }
            for (int i = markedBelow; i < marked.Length; i++)
                p0[i] = p0[i + 1] + c0[d0[marked[i]]];
            for (int i = 0; i < width; i++)
                counts[i] = c0[i] + c1[i];
        }
    }
}
