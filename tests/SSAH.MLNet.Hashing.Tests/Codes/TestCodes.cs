using System.Numerics;

namespace SSAH.MLNet.Hashing.Tests.Codes;

/// <summary>Codes for tests, and the two-line search that everything is compared with.</summary>
internal static class TestCodes
{
    public static BinaryCodes Random(int bits, int count, int seed, double density = 0.5)
    {
        var random = new Random(seed);
        var activations = new float[bits * count];
        for (int i = 0; i < activations.Length; i++)
            activations[i] = random.NextDouble() < density ? 1 : -1;
        return BinaryCodes.FromActivations(bits, activations);
    }

    /// <summary>Codes around a few centers, with many equal ones: ties everywhere.</summary>
    public static BinaryCodes Clustered(int bits, int count, int seed, int centers = 5, double flip = 0.03)
    {
        var random = new Random(seed);
        BinaryCodes middle = Random(bits, centers, seed + 1);
        var activations = new float[bits * count];
        for (int row = 0; row < count; row++)
        {
            ReadOnlySpan<ulong> center = middle[random.Next(centers)];
            for (int bit = 0; bit < bits; bit++)
                activations[row * bits + bit] = ((center[bit / 64] >> (bit % 64) & 1) != 0) == random.NextDouble() >= flip ? 1 : -1;
        }
        return BinaryCodes.FromActivations(bits, activations);
    }

    public static int Distance(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b)
    {
        int distance = 0;
        for (int i = 0; i < a.Length; i++)
            distance += BitOperations.PopCount(a[i] ^ b[i]);
        return distance;
    }

    /// <summary>All codes of a list by (distance, id), from the definition.</summary>
    public static HammingMatch[] Ranked(BinaryCodes codes, IReadOnlyList<long>? ids, ReadOnlySpan<ulong> query)
    {
        var all = new HammingMatch[codes.Count];
        for (int i = 0; i < all.Length; i++)
            all[i] = new HammingMatch(ids is null ? i : ids[i], Distance(codes[i], query));
        return [.. all.OrderBy(match => match.Distance).ThenBy(match => match.Id)];
    }
}
