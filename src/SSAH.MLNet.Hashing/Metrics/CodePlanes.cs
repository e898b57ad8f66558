using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SSAH.MLNet.Hashing;

/// <summary>The instruction set that <see cref="CodePlanes"/> uses; all give the same distances.</summary>
internal enum PlaneKernel
{
    Scalar,
    Vector256,
    Vector512,
}

/// <summary>Codes stored so that a vector holds the same byte of 64 codes: made for all distances to one query.</summary>
/// <remarks>
/// Blocks of 128 codes lie one after the other; in a block, the first bytes of all codes come first, then their second bytes and so on.
/// A byte's contribution to the distance is two look-ups in 16-entry tables, one a half byte, which are made once a query; the sum of
/// the look-ups is the distance already, with no population count and no narrowing.
/// </remarks>
internal sealed class CodePlanes
{
    /// <summary>Rows are padded to a multiple of this: two 512-bit vectors.</summary>
    internal const int RowBlock = 128;

    /// <summary>31 bytes of 8 bits are the most whose distance fits a byte.</summary>
    private const int PlanesPerSum = 31;

    /// <summary>A 16-entry table is repeated to fill the widest vector.</summary>
    private const int TableBytes = 64;

    /// <summary>For each half byte of a query, its distances to the 16 half bytes of a code.</summary>
    private static readonly byte[] Tables =
        [.. Enumerable.Range(0, 16 * TableBytes).Select(i => (byte)BitOperations.PopCount((uint)(i / TableBytes ^ i & 15)))];

    private readonly byte[] _planes;
    private readonly int _planeCount;

    /// <summary>Lays out the given rows of <paramref name="codes"/>, in that order.</summary>
    public CodePlanes(BinaryCodes codes, ReadOnlySpan<int> rows)
    {
        Count = rows.Length;
        PaddedCount = checked((rows.Length + RowBlock - 1) / RowBlock * RowBlock);
        _planeCount = codes.BytesPerCode;
        _planes = new byte[checked(PaddedCount * _planeCount)];
        for (int i = 0; i < rows.Length; i++)
        {
            ReadOnlySpan<ulong> words = codes[rows[i]];
            int block = i / RowBlock * RowBlock * _planeCount + i % RowBlock;
            for (int plane = 0; plane < _planeCount; plane++)
                _planes[block + plane * RowBlock] = (byte)(words[plane / 8] >> (plane % 8 * 8));
        }
    }

    /// <summary>Number of codes.</summary>
    public int Count { get; }

    /// <summary>Number of distances that are written: <see cref="Count"/> rounded up to <see cref="RowBlock"/>.</summary>
    public int PaddedCount { get; }

    /// <summary>The widest kernel of this machine.</summary>
    public static PlaneKernel BestKernel =>
        Avx512BW.IsSupported ? PlaneKernel.Vector512 : Avx2.IsSupported ? PlaneKernel.Vector256 : PlaneKernel.Scalar;

    /// <summary>Bytes of scratch for <see cref="Distances"/>.</summary>
    public int ScratchBytes => _planeCount * 2 * TableBytes;

    /// <summary>Hamming distances of all codes to <paramref name="query"/>; those of the padding are of no meaning.</summary>
    public unsafe void Distances(ReadOnlySpan<ulong> query, Span<ushort> distances, Span<byte> scratch, PlaneKernel kernel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(distances.Length, PaddedCount, nameof(distances));
        ArgumentOutOfRangeException.ThrowIfLessThan(scratch.Length, ScratchBytes, nameof(scratch));
        if (kernel != PlaneKernel.Scalar)
            FillTables(query, scratch);
        fixed (byte* planes = _planes, tables = scratch)
        fixed (ushort* output = distances)
        {
            for (int first = 0; first < _planeCount; first += PlanesPerSum)
            {
                int count = Math.Min(PlanesPerSum, _planeCount - first);
                byte* start = planes + first * RowBlock;
                byte* table = tables + first * 2 * TableBytes;
                switch (kernel)
                {
                    case PlaneKernel.Vector512:
                        Sum512(start, table, count, output, first > 0);
                        break;
                    case PlaneKernel.Vector256:
                        Sum256(start, table, count, output, first > 0);
                        break;
                    default:
                        SumScalar(start, query, first, count, output, first > 0);
                        break;
                }
            }
        }
    }

    private void FillTables(ReadOnlySpan<ulong> query, Span<byte> tables)
    {
        for (int half = 0; half < _planeCount * 2; half++)
        {
            uint nibble = (uint)(query[half / 16] >> (half % 16 * 4)) & 15;
            Tables.AsSpan((int)nibble * TableBytes, TableBytes).CopyTo(tables[(half * TableBytes)..]);
        }
    }

    private unsafe void Sum512(byte* planes, byte* tables, int planeCount, ushort* output, bool add)
    {
        Vector512<byte> low = Vector512.Create((byte)15);
        for (int row = 0; row < PaddedCount; row += RowBlock)
        {
            Vector512<byte> left = Vector512<byte>.Zero, right = Vector512<byte>.Zero;
            byte* plane = planes + (long)row * _planeCount;
            byte* table = tables;
            for (int p = 0; p < planeCount; p++, plane += RowBlock, table += 2 * TableBytes)
            {
                Vector512<byte> ofLow = Vector512.Load(table), ofHigh = Vector512.Load(table + TableBytes);
                Vector512<byte> a = Vector512.Load(plane), b = Vector512.Load(plane + 64);
                left += Avx512BW.Shuffle(ofLow, a & low) + Avx512BW.Shuffle(ofHigh, (a.AsUInt16() >> 4).AsByte() & low);
                right += Avx512BW.Shuffle(ofLow, b & low) + Avx512BW.Shuffle(ofHigh, (b.AsUInt16() >> 4).AsByte() & low);
            }
            Store512(left, output + row, add);
            Store512(right, output + row + 64, add);
        }
    }

    private static unsafe void Store512(Vector512<byte> sums, ushort* output, bool add)
    {
        (Vector512<ushort> lower, Vector512<ushort> upper) = Vector512.Widen(sums);
        if (add)
        {
            lower += Vector512.Load(output);
            upper += Vector512.Load(output + 32);
        }
        lower.Store(output);
        upper.Store(output + 32);
    }

    private unsafe void Sum256(byte* planes, byte* tables, int planeCount, ushort* output, bool add)
    {
        Vector256<byte> low = Vector256.Create((byte)15);
        for (int row = 0; row < PaddedCount; row += 64)
        {
            Vector256<byte> left = Vector256<byte>.Zero, right = Vector256<byte>.Zero;
            byte* plane = planes + (long)(row / RowBlock * RowBlock) * _planeCount + row % RowBlock;
            byte* table = tables;
            for (int p = 0; p < planeCount; p++, plane += RowBlock, table += 2 * TableBytes)
            {
                Vector256<byte> ofLow = Vector256.Load(table), ofHigh = Vector256.Load(table + TableBytes);
                Vector256<byte> a = Vector256.Load(plane), b = Vector256.Load(plane + 32);
                left += Avx2.Shuffle(ofLow, a & low) + Avx2.Shuffle(ofHigh, (a.AsUInt16() >> 4).AsByte() & low);
                right += Avx2.Shuffle(ofLow, b & low) + Avx2.Shuffle(ofHigh, (b.AsUInt16() >> 4).AsByte() & low);
            }
            Store256(left, output + row, add);
            Store256(right, output + row + 32, add);
        }
    }

    private static unsafe void Store256(Vector256<byte> sums, ushort* output, bool add)
    {
        (Vector256<ushort> lower, Vector256<ushort> upper) = Vector256.Widen(sums);
        if (add)
        {
            lower += Vector256.Load(output);
            upper += Vector256.Load(output + 16);
        }
        lower.Store(output);
        upper.Store(output + 16);
    }

    private unsafe void SumScalar(byte* planes, ReadOnlySpan<ulong> query, int first, int planeCount, ushort* output, bool add)
    {
        if (!add)
            new Span<ushort>(output, PaddedCount).Clear();
        for (int p = 0; p < planeCount; p++)
        {
            byte value = (byte)(query[(first + p) / 8] >> ((first + p) % 8 * 8));
            for (int row = 0; row < PaddedCount; row++)
            {
                byte code = planes[(long)(row / RowBlock * RowBlock) * _planeCount + p * RowBlock + row % RowBlock];
                output[row] += (ushort)BitOperations.PopCount((uint)(code ^ value));
            }
        }
    }
}
