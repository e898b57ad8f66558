using System.Runtime.InteropServices;

namespace SSAH.MLNet.Benchmarks;

/// <summary>Seeded codes to search.</summary>
internal static class BenchmarkCodes
{
    /// <summary>Uniform random codes: the hardest case for an index, any pair differs in about half of the bits.</summary>
    public static BinaryCodes Uniform(int bits, int count, int seed)
    {
        var packed = new byte[(long)bits / 8 * count];
        new Random(seed).NextBytes(packed);
        return BinaryCodes.FromPacked(bits, packed);
    }

    /// <summary>Codes like those of trained networks: around centers, each bit flipped with a small probability.</summary>
    /// <param name="bits">Code length, a multiple of 64.</param>
    /// <param name="count">Number of codes.</param>
    /// <param name="seed">Seed of the flips and the choice of centers.</param>
    /// <param name="centers">Number of centers (their own seed is fixed, so that queries and database share them).</param>
    /// <param name="flip">Probability of a flip.</param>
    public static BinaryCodes Clustered(int bits, int count, int seed, int centers, double flip)
    {
        int words = bits / 64;
        BinaryCodes middle = Uniform(bits, centers, 12345);
        var random = new Random(seed);
        var rows = new ulong[(long)count * words];
        for (int row = 0; row < count; row++)
        {
            Span<ulong> code = rows.AsSpan(row * words, words);
            middle[random.Next(centers)].CopyTo(code);
            // The gaps between flipped bits are geometric: one draw a flip instead of one a bit.
            for (int bit = Gap(random, flip); bit < bits; bit += 1 + Gap(random, flip))
                code[bit >> 6] ^= 1UL << (bit & 63);
        }
        return BinaryCodes.FromPacked(bits, MemoryMarshal.AsBytes<ulong>(rows));
    }

    private static int Gap(Random random, double flip) => (int)Math.Min(int.MaxValue / 2, Math.Log(1 - random.NextDouble()) / Math.Log(1 - flip));
}
