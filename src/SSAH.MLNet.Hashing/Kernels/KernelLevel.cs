using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SSAH.MLNet.Hashing;

/// <summary>How many lanes the scan handles at once. Every level gives the same answers.</summary>
internal enum KernelLevel
{
    /// <summary>64 lanes in a general register; runs everywhere.</summary>
    Scalar,

    /// <summary>128 lanes (SSE2, NEON).</summary>
    Vector128,

    /// <summary>256 lanes (AVX2).</summary>
    Vector256,

    /// <summary>512 lanes with three-operand logic (AVX-512F).</summary>
    Vector512,
}

internal static class KernelLevels
{
    /// <summary>The widest level of this machine.</summary>
    public static KernelLevel Best { get; } =
        IsSupported(KernelLevel.Vector512) ? KernelLevel.Vector512
        : IsSupported(KernelLevel.Vector256) ? KernelLevel.Vector256
        : IsSupported(KernelLevel.Vector128) ? KernelLevel.Vector128
        : KernelLevel.Scalar;

    public static bool IsSupported(KernelLevel level) => level switch
    {
        KernelLevel.Vector512 => Avx512F.IsSupported && Vector512.IsHardwareAccelerated,
        KernelLevel.Vector256 => Vector256.IsHardwareAccelerated,
        KernelLevel.Vector128 => Vector128.IsHardwareAccelerated,
        _ => true,
    };
}
