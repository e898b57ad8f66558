using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SSAH.MLNet.Evaluation;

/// <summary>The instruction set that <see cref="PlaneDistances"/> uses; all give the same distances.</summary>
internal enum PlaneKernel
{
    Scalar,
    Vector256,
    Vector512,
}

/// <summary>Hamming distances of all codes to one query after the other. One a thread.</summary>
/// <remarks>
/// A byte's contribution to the distance is two look-ups in 16-entry tables, one per half byte, which are made once per query; the sum of
/// the look-ups is the distance already, with no population count and no narrowing. So it runs as fast as the codes can be read.
/// </remarks>
internal sealed unsafe class PlaneDistances
{
    /// <summary>31 bytes of 8 bits are the most whose distance fits a byte.</summary>
    private const int PlanesPerSum = 31;

    /// <summary>A 16-entry table is repeated to fill the widest vector.</summary>
    private const int TableBytes = 64;

    /// <summary>For each half byte of a query, its distances to the 16 half bytes of a code.</summary>
    private static readonly byte[] s_allTables =
        [.. Enumerable.Range(0, 16 * TableBytes).Select(i => (byte)BitOperations.PopCount((uint)(i / TableBytes ^ i & 15)))];

    private readonly CodePlanes _planes;
    private readonly PlaneKernel _kernel;

    // The vectors are read and written at cache lines: a line that is split costs twice.
    private readonly ulong[] _distanceOwner;
    private readonly ulong[] _tableOwner;
    private readonly ushort* _distances;
    private readonly byte* _tables;

    public PlaneDistances(CodePlanes planes, PlaneKernel kernel)
    {
        _planes = planes;
        _kernel = kernel;
        _distanceOwner = PinnedMemory.Allocate((long)planes.PaddedCount * sizeof(ushort) / sizeof(ulong), out ulong* distances);
        _tableOwner = PinnedMemory.Allocate(planes.PlaneCount * 2L * TableBytes / sizeof(ulong), out ulong* tables);
        _distances = (ushort*)distances;
        _tables = (byte*)tables;
    }

    /// <summary>The widest kernel of this machine.</summary>
    public static PlaneKernel BestKernel =>
        Avx512BW.IsSupported ? PlaneKernel.Vector512 : Avx2.IsSupported ? PlaneKernel.Vector256 : PlaneKernel.Scalar;

    /// <summary>The distances to the last query, in the order of the codes. The span keeps their memory alive by itself.</summary>
    public ReadOnlySpan<ushort> Values => MemoryMarshal.Cast<ulong, ushort>(
        PinnedMemory.SpanOf(_distanceOwner, (ulong*)_distances, _planes.PaddedCount * sizeof(ushort) / sizeof(ulong)))[.._planes.Count];

    /// <summary>Computes the distances to <paramref name="query"/>.</summary>
    public void Compute(ReadOnlySpan<ulong> query)
    {
        if (_kernel != PlaneKernel.Scalar)
            FillTables(query);
        for (int first = 0; first < _planes.PlaneCount; first += PlanesPerSum)
        {
            int count = Math.Min(PlanesPerSum, _planes.PlaneCount - first);
            switch (_kernel)
            {
                case PlaneKernel.Vector512:
                    Sum512(first, count);
                    break;
                case PlaneKernel.Vector256:
                    Sum256(first, count);
                    break;
                default:
                    SumScalar(query, first, count);
                    break;
            }
        }
        _planes.KeepAlive();
        GC.KeepAlive(_tableOwner);
        GC.KeepAlive(_distanceOwner);
    }

    private void FillTables(ReadOnlySpan<ulong> query)
    {
        for (int half = 0; half < _planes.PlaneCount * 2; half++)
        {
            int nibble = (int)(query[half / 16] >> (half % 16 * 4)) & 15;
            s_allTables.AsSpan(nibble * TableBytes, TableBytes).CopyTo(new Span<byte>(_tables + half * TableBytes, TableBytes));
        }
        GC.KeepAlive(_tableOwner);
    }

    private void Sum512(int first, int count)
    {
        Vector512<byte> low = Vector512.Create((byte)15);
        int blocks = _planes.PaddedCount / CodePlanes.RowBlock;
        for (int block = 0; block < blocks; block++)
        {
            Vector512<byte> left = Vector512<byte>.Zero, right = Vector512<byte>.Zero;
            byte* plane = _planes.Block(block) + first * CodePlanes.RowBlock;
            byte* table = _tables + first * 2 * TableBytes;
            for (int p = 0; p < count; p++, plane += CodePlanes.RowBlock, table += 2 * TableBytes)
            {
                Vector512<byte> ofLow = Vector512.Load(table), ofHigh = Vector512.Load(table + TableBytes);
                Vector512<byte> a = Vector512.Load(plane), b = Vector512.Load(plane + 64);
                left += Avx512BW.Shuffle(ofLow, a & low) + Avx512BW.Shuffle(ofHigh, (a.AsUInt16() >> 4).AsByte() & low);
                right += Avx512BW.Shuffle(ofLow, b & low) + Avx512BW.Shuffle(ofHigh, (b.AsUInt16() >> 4).AsByte() & low);
            }
            ushort* output = _distances + block * CodePlanes.RowBlock;
            Store512(left, output, first > 0);
            Store512(right, output + 64, first > 0);
        }
    }

    private static void Store512(Vector512<byte> sums, ushort* output, bool add)
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

    private void Sum256(int first, int count)
    {
        Vector256<byte> low = Vector256.Create((byte)15);
        for (int row = 0; row < _planes.PaddedCount; row += 64)
        {
            Vector256<byte> left = Vector256<byte>.Zero, right = Vector256<byte>.Zero;
            byte* plane = _planes.Block(row / CodePlanes.RowBlock) + first * CodePlanes.RowBlock + row % CodePlanes.RowBlock;
            byte* table = _tables + first * 2 * TableBytes;
            for (int p = 0; p < count; p++, plane += CodePlanes.RowBlock, table += 2 * TableBytes)
            {
                Vector256<byte> ofLow = Vector256.Load(table), ofHigh = Vector256.Load(table + TableBytes);
                Vector256<byte> a = Vector256.Load(plane), b = Vector256.Load(plane + 32);
                left += Avx2.Shuffle(ofLow, a & low) + Avx2.Shuffle(ofHigh, (a.AsUInt16() >> 4).AsByte() & low);
                right += Avx2.Shuffle(ofLow, b & low) + Avx2.Shuffle(ofHigh, (b.AsUInt16() >> 4).AsByte() & low);
            }
            Store256(left, _distances + row, first > 0);
            Store256(right, _distances + row + 32, first > 0);
        }
    }

    private static void Store256(Vector256<byte> sums, ushort* output, bool add)
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

    private void SumScalar(ReadOnlySpan<ulong> query, int first, int count)
    {
        for (int row = 0; row < _planes.PaddedCount; row++)
        {
            byte* code = _planes.Block(row / CodePlanes.RowBlock) + row % CodePlanes.RowBlock;
            int distance = first > 0 ? _distances[row] : 0;
            for (int plane = first; plane < first + count; plane++)
                distance += BitOperations.PopCount((byte)(query[plane / 8] >> (plane % 8 * 8)) ^ (uint)code[plane * CodePlanes.RowBlock]);
            _distances[row] = (ushort)distance;
        }
    }
}
