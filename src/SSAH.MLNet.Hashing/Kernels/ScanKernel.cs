using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SSAH.MLNet.Hashing;

/// <summary>Finds the codes of bit-sliced blocks that lie within the current distance limit of a query.</summary>
internal abstract unsafe class ScanKernel
{
    /// <summary>Scans the blocks <paramref name="first"/> to <paramref name="end"/> - 1 of a segment and hands the lanes within the limit to
    /// the query.</summary>
    public abstract void Scan(CodeSegment segment, int first, int end, ScanQuery query);

    /// <summary>The kernel of a level for a block layout.</summary>
    /// <param name="level">The vector width.</param>
    /// <param name="layout">The blocks' layout.</param>
    /// <param name="streams">The blocks come from memory, not from the cache: fetch ahead.</param>
    public static ScanKernel Create(KernelLevel level, BlockLayout layout, bool streams) =>
        streams ? Create<Streamed>(level, layout) : Create<Cached>(level, layout);

    private static ScanKernel Create<TAccess>(KernelLevel level, BlockLayout layout)
        where TAccess : struct, IBlockAccess => level switch
        {
            KernelLevel.Vector512 => Create<Vector512<ulong>, Lanes512, TAccess>(layout),
            KernelLevel.Vector256 => Create<Vector256<ulong>, Lanes256, TAccess>(layout),
            KernelLevel.Vector128 => Create<Vector128<ulong>, Lanes128, TAccess>(layout),
            _ => Create<ulong, Lanes64, TAccess>(layout),
        };

    private static ScanKernel Create<TVector, TLanes, TAccess>(BlockLayout layout)
        where TVector : unmanaged
        where TLanes : struct, ILanes<TVector>
        where TAccess : struct, IBlockAccess => layout.CountPlanes switch
        {
            5 => new ScanKernel<TVector, TLanes, Depth5, TAccess>(),
            6 => new ScanKernel<TVector, TLanes, Depth6, TAccess>(),
            7 => new ScanKernel<TVector, TLanes, Depth7, TAccess>(),
            8 => new ScanKernel<TVector, TLanes, Depth8, TAccess>(),
            9 => new ScanKernel<TVector, TLanes, Depth9, TAccess>(),
            10 => new ScanKernel<TVector, TLanes, Depth10, TAccess>(),
            11 => new ScanKernel<TVector, TLanes, Depth11, TAccess>(),
            _ => new ScanKernel<TVector, TLanes, Depth13, TAccess>(),
        };
}

/// <summary>
/// One kernel for all vector widths and code lengths. With P = pop(x) and p = pop(q), the distance is d = P + p - 2 pop(x &amp; q), or
/// d = p - P + 2 pop(x &amp; ~q); a query takes the form that reads fewer planes (<see cref="ScanQuery"/>). Carry-save adders sum those planes
/// into counters that start from ~P, which makes U = 2 S + ~P; the limit on d is a bound on U, tested by one more carry chain.
/// </summary>
internal sealed unsafe class ScanKernel<TVector, TLanes, TDepth, TAccess> : ScanKernel
    where TVector : unmanaged
    where TLanes : struct, ILanes<TVector>
    where TDepth : struct, ICounterDepth
    where TAccess : struct, IBlockAccess
{
    private const int Plane = BlockLayout.PlaneWords;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Scan(CodeSegment segment, int first, int end, ScanQuery query)
    {
        nint blockWords = segment.Layout.BlockWords;
        ulong* block = segment.Planes + first * blockWords;
        int* planes = query.PlaneOffsets;
        int groups = query.PlaneGroups;
        ulong* bound = query.Bound;
        TVector flip = TLanes.Broadcast(query.Flip);
        for (int i = first; i < end; i++, block += blockWords)
        {
            for (int lane = 0; lane < Plane; lane += sizeof(TVector) / sizeof(ulong))
            {
                TVector hits = TLanes.Xor(flip, Within(block + lane, planes, groups, bound, blockWords));
                if (TLanes.IsZero(hits))
                    continue;
                TVector found = hits; // a copy, so that only the rare path puts the vector into memory
                query.Resolve(segment, i * BlockLayout.Lanes + lane * 64, (ulong*)&found, sizeof(TVector) / sizeof(ulong));
            }
        }
        GC.KeepAlive(segment);
        query.KeepAlive();
    }

    /// <summary>The lanes where U is at least the query's bound.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Within(ulong* block, int* planes, int groups, ulong* bound, nint blockWords)
    {
        TVector twos = TLanes.Load(block + Plane), fours = TLanes.Load(block + 2 * Plane);
        TVector eights = TLanes.Load(block + 3 * Plane), sixteens = TLanes.Load(block + 4 * Plane);
        TVector c5 = default, c6 = default, c7 = default, c8 = default, c9 = default;
        TVector c10 = default, c11 = default, c12 = default, overflow = default;
        if (TDepth.Planes > 5) c5 = TLanes.Load(block + 5 * Plane);
        if (TDepth.Planes > 6) c6 = TLanes.Load(block + 6 * Plane);
        if (TDepth.Planes > 7) c7 = TLanes.Load(block + 7 * Plane);
        if (TDepth.Planes > 8) c8 = TLanes.Load(block + 8 * Plane);
        if (TDepth.Planes > 9) c9 = TLanes.Load(block + 9 * Plane);
        if (TDepth.Planes > 10) c10 = TLanes.Load(block + 10 * Plane);
        if (TDepth.Planes > 11) c11 = TLanes.Load(block + 11 * Plane);
        if (TDepth.Planes > 12) c12 = TLanes.Load(block + 12 * Plane);
        for (int group = 0; group < groups; group++, planes += 16)
        {
            TVector carry = AddSixteen(block, planes, blockWords, ref twos, ref fours, ref eights, ref sixteens);
            if (TDepth.Planes > 5) carry = HalfAdd(ref c5, carry);
            if (TDepth.Planes > 6) carry = HalfAdd(ref c6, carry);
            if (TDepth.Planes > 7) carry = HalfAdd(ref c7, carry);
            if (TDepth.Planes > 8) carry = HalfAdd(ref c8, carry);
            if (TDepth.Planes > 9) carry = HalfAdd(ref c9, carry);
            if (TDepth.Planes > 10) carry = HalfAdd(ref c10, carry);
            if (TDepth.Planes > 11) carry = HalfAdd(ref c11, carry);
            if (TDepth.Planes > 12) carry = HalfAdd(ref c12, carry);
            overflow = TLanes.Or(overflow, carry);
        }
        // U >= K exactly when U + ~K + 1 carries out of the top; the carry that goes in turns the first majority into an OR.
        TVector reached = TLanes.Or(TLanes.Load(block), TLanes.Broadcast(bound[0]));
        reached = TLanes.Majority(twos, TLanes.Broadcast(bound[1]), reached);
        reached = TLanes.Majority(fours, TLanes.Broadcast(bound[2]), reached);
        reached = TLanes.Majority(eights, TLanes.Broadcast(bound[3]), reached);
        reached = TLanes.Majority(sixteens, TLanes.Broadcast(bound[4]), reached);
        if (TDepth.Planes > 5) reached = TLanes.Majority(c5, TLanes.Broadcast(bound[5]), reached);
        if (TDepth.Planes > 6) reached = TLanes.Majority(c6, TLanes.Broadcast(bound[6]), reached);
        if (TDepth.Planes > 7) reached = TLanes.Majority(c7, TLanes.Broadcast(bound[7]), reached);
        if (TDepth.Planes > 8) reached = TLanes.Majority(c8, TLanes.Broadcast(bound[8]), reached);
        if (TDepth.Planes > 9) reached = TLanes.Majority(c9, TLanes.Broadcast(bound[9]), reached);
        if (TDepth.Planes > 10) reached = TLanes.Majority(c10, TLanes.Broadcast(bound[10]), reached);
        if (TDepth.Planes > 11) reached = TLanes.Majority(c11, TLanes.Broadcast(bound[11]), reached);
        if (TDepth.Planes > 12) reached = TLanes.Majority(c12, TLanes.Broadcast(bound[12]), reached);
        return TLanes.Majority(overflow, TLanes.Broadcast(bound[TDepth.Planes]), reached);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector AddSixteen(
        ulong* block, int* planes, nint blockWords, ref TVector twos, ref TVector fours, ref TVector eights, ref TVector sixteens) =>
        FullAdd(
            ref sixteens,
            AddEight(block, planes, blockWords, ref twos, ref fours, ref eights),
            AddEight(block, planes + 8, blockWords, ref twos, ref fours, ref eights));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector AddEight(ulong* block, int* planes, nint blockWords, ref TVector twos, ref TVector fours, ref TVector eights) =>
        FullAdd(ref eights, AddFour(block, planes, blockWords, ref twos, ref fours), AddFour(block, planes + 4, blockWords, ref twos, ref fours));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector AddFour(ulong* block, int* planes, nint blockWords, ref TVector twos, ref TVector fours) =>
        FullAdd(ref fours, AddTwo(block, planes, blockWords, ref twos), AddTwo(block, planes + 2, blockWords, ref twos));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector AddTwo(ulong* block, int* planes, nint blockWords, ref TVector twos)
    {
        // Offsets in bytes: the address is then part of the load.
        nint a = planes[0], b = planes[1];
        TAccess.Prefetch((ulong*)((byte*)block + a), blockWords);
        TAccess.Prefetch((ulong*)((byte*)block + b), blockWords);
        return FullAdd(ref twos, TLanes.Load((ulong*)((byte*)block + a)), TLanes.Load((ulong*)((byte*)block + b)));
    }

    /// <summary>Adds two vectors of equal weight to a counter and returns the carry, of twice the weight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector FullAdd(ref TVector counter, TVector a, TVector b)
    {
        TVector carry = TLanes.Majority(counter, a, b);
        counter = TLanes.Parity(counter, a, b);
        return carry;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector HalfAdd(ref TVector counter, TVector a)
    {
        TVector carry = TLanes.And(counter, a);
        counter = TLanes.Xor(counter, a);
        return carry;
    }
}
