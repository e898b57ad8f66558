using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace SSAH.MLNet.Hashing;

/// <summary>Where a kernel's blocks come from, as a type: the planes that a query reads are scattered, and the processor does not guess
/// them.</summary>
internal unsafe interface IBlockAccess
{
    /// <summary>Asks for the line that will be read some blocks later (three: measured).</summary>
    static abstract void Prefetch(ulong* plane, nint blockWords);
}

/// <summary>From the first-level cache.</summary>
internal readonly unsafe struct Cached : IBlockAccess
{
    public static void Prefetch(ulong* plane, nint blockWords)
    {
    }
}

/// <summary>From memory.</summary>
internal readonly unsafe struct Streamed : IBlockAccess
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(ulong* plane, nint blockWords)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(plane + 3 * blockWords);
    }
}
