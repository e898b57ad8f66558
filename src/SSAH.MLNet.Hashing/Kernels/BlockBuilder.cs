using System.Numerics;

namespace SSAH.MLNet.Hashing;

/// <summary>Turns rows of codes into the planes of bit-sliced blocks.</summary>
internal static unsafe class BlockBuilder
{
    /// <summary>
    /// (Re)builds the planes of the rows <paramref name="start"/> to <paramref name="end"/> - 1, whole words at a time. Each word is written once
    /// with its final value, so that a reader of the lanes below <paramref name="start"/> sees no change: that is what lets one writer
    /// append while others search.
    /// </summary>
    /// <param name="layout">The blocks' layout.</param>
    /// <param name="planes">The first block's planes.</param>
    /// <param name="rows">The first block's rows; rows from <paramref name="end"/> to the end of their group of 64 must be zero.</param>
    /// <param name="start">First new row.</param>
    /// <param name="end">Row after the last new one.</param>
    public static void Build(BlockLayout layout, ulong* planes, ulong* rows, int start, int end)
    {
        for (int group = start / 64; group * 64 < end; group++)
        {
            ulong* block = planes + (long)(group / BlockLayout.PlaneWords) * layout.BlockWords;
            BuildGroup(layout, block, rows + (long)group * 64 * layout.WordsPerCode, group % BlockLayout.PlaneWords);
        }
    }

    private static void BuildGroup(BlockLayout layout, ulong* block, ulong* rows, int lane)
    {
        ulong* square = stackalloc ulong[64];
        ulong* counts = stackalloc ulong[64];
        int words = layout.WordsPerCode;
        ulong countMask = (1UL << layout.CountPlanes) - 1;
        for (int i = 0; i < 64; i++)
            counts[i] = 0;
        for (int word = 0; word < words; word++)
        {
            for (int i = 0; i < 64; i++)
            {
                square[i] = rows[i * words + word];
                counts[i] += (ulong)BitOperations.PopCount(square[i]);
            }
            Transpose(square);
            int bits = Math.Min(64, layout.Bits - word * 64);
            for (int bit = 0; bit < bits; bit++)
                block[layout.BitPlane(word * 64 + bit) + lane] = square[bit];
        }
        for (int i = 0; i < 64; i++)
            counts[i] = ~counts[i] & countMask;
        Transpose(counts);
        for (int plane = 0; plane < layout.CountPlanes; plane++)
            block[plane * BlockLayout.PlaneWords + lane] = counts[plane];
    }

    /// <summary>Transposes a 64 x 64 bit matrix by swapping ever smaller squares off the diagonal (Warren, Hacker's Delight, 7-3).</summary>
    private static void Transpose(ulong* square)
    {
        ulong mask = 0x0000_0000_FFFF_FFFF;
        for (int size = 32; size != 0; size >>= 1, mask ^= mask << size)
        {
            for (int i = 0; i < 64; i = ((i | size) + 1) & ~size)
            {
                ulong swap = ((square[i] >> size) ^ square[i | size]) & mask;
                square[i] ^= swap << size;
                square[i | size] ^= swap;
            }
        }
    }
}
