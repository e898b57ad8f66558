using System.Numerics;
using System.Runtime.CompilerServices;

namespace SSAH.MLNet.Hashing;

/// <summary>The distance of two codes, word by word.</summary>
internal static unsafe class HammingDistance
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Between(ulong* a, ulong* b, int words)
    {
        int distance = BitOperations.PopCount(a[0] ^ b[0]);
        for (int word = 1; word < words; word++)
            distance += BitOperations.PopCount(a[word] ^ b[word]);
        return distance;
    }

    public static int CountOnes(ReadOnlySpan<ulong> code)
    {
        int ones = 0;
        foreach (ulong word in code)
            ones += BitOperations.PopCount(word);
        return ones;
    }
}
