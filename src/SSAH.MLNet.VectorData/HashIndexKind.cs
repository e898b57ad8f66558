using Microsoft.Extensions.VectorData;

namespace SSAH.MLNet.VectorData;

/// <summary>Kinds of index for hash codes, beside <see cref="IndexKind.Flat"/>, the default.</summary>
public static class HashIndexKind
{
    /// <summary>
    /// Multi-index hashing: exact as <see cref="IndexKind.Flat"/> is, and faster where the nearest codes are near, as those of trained networks are.
    /// Codes of up to 512 bits.
    /// </summary>
    public const string MultiHash = "MultiHash";
}
