using SSAH.MLNet.Hashing.Tests.Codes;

namespace SSAH.MLNet.Hashing.Tests.Indexes;

public sealed class AllocationTests
{
    private const int Rounds = 200;

    [Fact]
    public void Searches_leave_nothing_on_the_pinned_heap()
    {
        BinaryCodes codes = TestCodes.Random(64, 20_000, 1), query = codes.Slice(5, 1), batch = codes.Slice(0, 64);
        var options = new HammingSearchOptions { Threads = 1 };
        foreach (HammingIndex index in (HammingIndex[])[new HammingFlatIndex(codes), new MultiHashIndex(codes)])
        {
            index.Search(batch, 10, options);
            // Mostly the collector of the matches.
            Assert.InRange(PerRound(() => index.Search(query, 10, options)), 1, 10_000);
            Assert.InRange(PerRound(() => index.Search(batch, 10, options)), 1, 64 * 6_000);
            Assert.InRange(PinnedGrowth(() => index.Search(batch, 10, options)), 0, 8_000);
        }
    }

    [Fact]
    public void Single_adds_after_a_removal_do_not_copy_the_index()
    {
        BinaryCodes codes = TestCodes.Random(64, 599_600, 1), one = codes.Slice(5, 1);
        var index = new HammingFlatIndex(codes);
        index.Remove(7);
        index.Add(one);
        // The bits of the living codes alone are 75,000 bytes.
        Assert.InRange(PerRound(() => index.Add(one)), 0, 2_000);
        Assert.False(index.Contains(7));
        Assert.Equal(599_600 + Rounds, index.Count);
        Assert.Equal(new HammingMatch(5, 0), index.Search(one, 1)[0][0]);
        Assert.Equal(Rounds + 2, index.SearchRadius(one, 0)[0].Length);
    }

    [Fact]
    public void Row_numbers_as_ids_take_no_memory()
    {
        BinaryCodes codes = TestCodes.Random(64, 5000, 1);
        var index = new HammingFlatIndex(64);
        index.Add(codes, [.. Enumerable.Range(0, 5000).Select(i => (long)i)]);
        Assert.Null(index.Store.Snapshot.Ids);
        index.Add(codes, [.. Enumerable.Range(5000, 5000).Select(i => (long)i)]);
        Assert.Null(index.Store.Snapshot.Ids);
        index.Add(codes, [.. Enumerable.Range(10_001, 5000).Select(i => (long)i)]);
        Assert.NotNull(index.Store.Snapshot.Ids);
        Assert.True(index.Contains(4999) && index.Contains(10_001) && !index.Contains(10_000));
    }

    private static long PerRound(Action action)
    {
        action();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 1; i < Rounds; i++)
            action();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (Rounds - 1);
    }

    /// <summary>Bytes a round that were allocated on the pinned heap, as seen by an address that moves on.</summary>
    private static unsafe long PinnedGrowth(Action action)
    {
        long smallest = long.MaxValue;
        for (int trial = 0; trial < 5; trial++)
        {
            long before = Address();
            action();
            smallest = Math.Min(smallest, Math.Abs(Address() - before));
        }
        return smallest;

        static long Address()
        {
            fixed (byte* start = GC.AllocateUninitializedArray<byte>(64, pinned: true))
                return (long)start;
        }
    }
}
