using SSAH.MLNet.Collections.Storage;

namespace SSAH.MLNet.Collections.Tests;

/// <summary>Rows in memory are those of the state that was asked for, are bounded, and stay while they are asked for.</summary>
public sealed class RowCacheTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Any_sequence_of_reads_gives_nothing_or_the_row_of_the_state(int seed)
    {
        const int mostBytes = 1000, rowBytes = 10;
        var random = new Random(seed);
        var cache = new RowCache<string>(mostBytes);
        (int collection, int revision) = (0, 0);
        int found = 0;
        for (int i = 0; i < 20_000; i++)
        {
            if (random.Next(500) == 0)
                (collection, revision) = (random.Next(2), random.Next(4));
            cache.MoveTo(collection, revision);
            // Some are asked for much more often than others.
            int id = (int)(300 * random.NextDouble() * random.NextDouble());
            string expected = $"{id} of {collection} at {revision}";
            if (cache.TryGet(id, out string? row))
            {
                found++;
                Assert.Equal(expected, row);
            }
            else
            {
                cache.Add(id, expected, rowBytes);
            }
            Assert.InRange(cache.Count, 0, mostBytes / rowBytes + 1);
        }
        Assert.InRange(found, 5_000, 19_000);
    }

    [Fact]
    public void Rows_that_are_asked_for_again_and_again_stay_while_others_pass()
    {
        var cache = new RowCache<string>(1000);
        cache.MoveTo(1, 1);
        for (int id = 0; id < 10; id++)
            cache.Add(id, "often", 10);
        for (int passing = 100; passing < 5000; passing++)
        {
            cache.Add(passing, "once", 10);
            Assert.True(cache.TryGet(passing % 10, out _));
        }
        Assert.False(cache.TryGet(100, out _));
    }

    [Fact]
    public void A_row_larger_than_all_of_it_is_no_error()
    {
        var cache = new RowCache<string>(1000);
        cache.Add(1, "large", 100_000);
        cache.Add(2, "large", 100_000);
        Assert.False(cache.TryGet(1, out _));
        Assert.True(cache.TryGet(2, out string? row));
        Assert.Equal("large", row);
    }
}
