using SSAH.MLNet.Hashing.Tests.Codes;

namespace SSAH.MLNet.Hashing.Tests.Indexes;

/// <summary>A service adds and searches one code at a time, for days: none of it may wait for a full collection. The heap is that of the process, so
/// nothing runs beside this.</summary>
[Collection(nameof(FullCollectionTests))]
[CollectionDefinition(nameof(FullCollectionTests), DisableParallelization = true)]
public sealed class FullCollectionTests
{
    private const int Codes = 40_000, Searches = 3_000, Adds = 3_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Single_adds_and_searches_leave_nothing_that_only_a_full_collection_frees(bool hashed)
    {
        BinaryCodes codes = TestCodes.Random(64, Codes, 1);
        HammingIndex index = hashed ? new MultiHashIndex(codes) : new HammingFlatIndex(codes);
        index.Remove(7);
        BinaryCodes[] single = [.. Enumerable.Range(0, 100).Select(i => codes.Slice(i * 10, 1))];
        var options = new HammingSearchOptions { Threads = 1 };
        AssertNothing(Measure(Searches, i => index.Search(single[i % 100], 10, options)));
        AssertNothing(Measure(Searches, i => index.SearchRadius(single[i % 100], 10, options)));
        AssertNothing(Measure(Adds, i => index.Add(single[i % 100])));
        Assert.Equal(Codes - 1 + Adds, index.Count);
    }

    [Fact]
    public void Large_objects_are_seen_and_small_ones_are_not()
    {
        byte[] kept = [];
        (long left, int full) = Measure(20, _ => kept = new byte[100_000]);
        Assert.True(left > 80_000 || full > 0, $"{left} bytes left, {full} full collections");
        AssertNothing(Measure(20, _ => kept = new byte[1_000]));
        GC.KeepAlive(kept);
    }

    private static void AssertNothing((long Left, int Full) measured)
    {
        Assert.InRange(measured.Left, 0, 200);
        Assert.Equal(0, measured.Full);
    }

    /// <summary>Bytes for each time that collections of the young leave behind and a full one frees, and full ones that came by themselves.</summary>
    private static (long Left, int Full) Measure(int times, Action<int> action)
    {
        action(0);
        Full();
        int before = GC.CollectionCount(2);
        for (int i = 1; i < times; i++)
            action(i);
        // What the last one kept as young may be kept by nobody.
        GC.Collect(1);
        GC.Collect(1);
        int full = GC.CollectionCount(2) - before;
        long left = GC.GetTotalMemory(forceFullCollection: false);
        Full();
        return (Math.Max(0, left - GC.GetTotalMemory(forceFullCollection: false)) / times, full);
    }

    private static void Full()
    {
        GC.Collect(2, GCCollectionMode.Forced, blocking: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(2, GCCollectionMode.Forced, blocking: true);
    }
}
