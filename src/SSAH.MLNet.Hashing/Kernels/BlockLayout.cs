namespace SSAH.MLNet.Hashing;

/// <summary>
/// Where the planes of a bit-sliced ("vertical") block of 512 codes lie. A plane is 512 bits, one bit ("lane") for each code:
/// first the planes of the complemented popcount ~P of the codes, then one plane of zeros, then one plane for each code bit.
/// </summary>
internal sealed class BlockLayout
{
    /// <summary>Codes of a block.</summary>
    public const int Lanes = 512;

    /// <summary>64-bit words of a plane.</summary>
    public const int PlaneWords = Lanes / 64;

    /// <summary>The fewest popcount planes: an adder tree of sixteen planes needs counters of weights 2, 4, 8 and 16 (and plane 0).</summary>
    public const int MinCountPlanes = 5;

    public BlockLayout(int bits)
    {
        Bits = bits;
        WordsPerCode = (bits + 63) / 64;
        CountPlanes = bits >= 2048 ? 13 : Math.Max(MinCountPlanes, 32 - int.LeadingZeroCount(bits));
    }

    public int Bits { get; }

    public int WordsPerCode { get; }

    /// <summary>Planes of ~P: the bit length of <see cref="Bits"/>, at least <see cref="MinCountPlanes"/>; the longest codes share one
    /// number, and so one kernel.</summary>
    public int CountPlanes { get; }

    /// <summary>Words of a block.</summary>
    public int BlockWords => (CountPlanes + 1 + Bits) * PlaneWords;

    /// <summary>Words of the codes of a block as rows.</summary>
    public int BlockRowWords => Lanes * WordsPerCode;

    /// <summary>Offset in words of the plane of zeros, which pads the planes that a query reads to a multiple of sixteen.</summary>
    public int ZeroPlane => CountPlanes * PlaneWords;

    /// <summary>Offset in words of the plane of one code bit.</summary>
    public int BitPlane(int bit) => (CountPlanes + 1 + bit) * PlaneWords;
}
