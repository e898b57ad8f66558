using System.Runtime.CompilerServices;

namespace SSAH.MLNet.Hashing;

/// <summary>Memory for pointers: the collector frees it but never moves it, so that an index needs no disposal.</summary>
internal static unsafe class PinnedMemory
{
    private const int CacheLine = 64;

    /// <summary>Allocates zeroed words that start at a cache line.</summary>
    /// <param name="words">Number of words.</param>
    /// <param name="start">The first word.</param>
    /// <returns>The owner: the memory lives as long as it is referenced.</returns>
    public static ulong[] Allocate(long words, out ulong* start)
    {
        ulong[] owner = GC.AllocateArray<ulong>(checked((int)(words + CacheLine / sizeof(ulong))), pinned: true);
        nuint address = (nuint)Unsafe.AsPointer(ref owner[0]);
        start = (ulong*)((address + CacheLine - 1) & ~(nuint)(CacheLine - 1));
        return owner;
    }
}
