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
        start = AlignedStart(owner);
        return owner;
    }

    /// <summary>The first word of the owner's memory that starts at a cache line.</summary>
    public static ulong* AlignedStart(ulong[] owner)
    {
        nuint address = (nuint)Unsafe.AsPointer(ref owner[0]);
        return (ulong*)((address + CacheLine - 1) & ~(nuint)(CacheLine - 1));
    }

    /// <summary>Words of the memory as a span that keeps it alive by itself.</summary>
    public static Span<ulong> SpanOf(ulong[] owner, ulong* start, int words) =>
        owner.AsSpan((int)(start - (ulong*)Unsafe.AsPointer(ref owner[0])), words);
}

/// <summary>Rows in memory that does not move.</summary>
/// <param name="start">The first word.</param>
/// <param name="owner">What keeps the memory: a pinned array or a <see cref="MappedFile"/>. Whoever uses the address keeps it alive meanwhile.</param>
internal readonly unsafe struct PinnedRows(ulong* start, object owner)
{
    public ulong* Start { get; } = start;

    public object Owner { get; } = owner;
}
