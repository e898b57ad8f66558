using SSAH.MLNet.Features;

namespace SSAH.MLNet.Tests.Features;

public sealed class FeatureCacheTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"ssah-cache-{Guid.NewGuid():N}");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static float[] Vector(int seed) => [seed, seed + 0.5f, -seed];

    private static UInt128 Key(int seed) => FeatureCache.KeyOf([(byte)seed, (byte)(seed >> 8), 1]);

    private void Fill(int first, int count, string network = "net")
    {
        using var cache = FeatureCache.Open(_folder, network, 3);
        for (int i = first; i < first + count; i++)
            cache.Add(Key(i), Vector(i));
    }

    [Fact]
    public void What_was_added_is_there_after_opening_again_and_only_for_the_same_network()
    {
        Fill(0, 100);
        Fill(100, 10);
        using var cache = FeatureCache.Open(_folder, "net", 3);
        float[] found = new float[3];
        for (int i = 0; i < 110; i++)
        {
            Assert.True(cache.TryGet(Key(i), found));
            Assert.Equal(Vector(i), found);
        }
        Assert.False(cache.TryGet(Key(200), found));
        using var other = FeatureCache.Open(_folder, "other", 3);
        Assert.False(other.TryGet(Key(1), found));
    }

    [Fact]
    public void Every_flipped_bit_and_every_cut_of_a_segment_loses_the_segment_and_nothing_else()
    {
        Fill(0, 3);
        string file = Directory.GetFiles(_folder).Single();
        Fill(50, 1);
        byte[] whole = File.ReadAllBytes(file);
        float[] found = new float[3];
        var damaged = Enumerable.Range(0, whole.Length * 8).Select(bit =>
        {
            byte[] copy = [.. whole];
            copy[bit / 8] ^= (byte)(1 << (bit % 8));
            return copy;
        }).Concat(Enumerable.Range(0, whole.Length).Select(length => whole[..length]));
        foreach (byte[] bytes in damaged)
        {
            File.WriteAllBytes(file, bytes);
            using var cache = FeatureCache.Open(_folder, "net", 3);
            Assert.False(cache.TryGet(Key(0), found));
            Assert.True(cache.TryGet(Key(50), found));
        }
    }

    [Fact]
    public void Two_writers_at_once_lose_nothing()
    {
        Parallel.For(0, 4, writer => Fill(writer * 100, 100));
        using var cache = FeatureCache.Open(_folder, "net", 3);
        float[] found = new float[3];
        Assert.All(Enumerable.Range(0, 400), i => Assert.True(cache.TryGet(Key(i), found)));
    }
}
