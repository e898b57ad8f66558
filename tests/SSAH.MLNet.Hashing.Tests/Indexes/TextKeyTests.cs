using SSAH.MLNet.Hashing.Tests.Codes;

namespace SSAH.MLNet.Hashing.Tests.Indexes;

public sealed class TextKeyTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("keys");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Keys_follow_their_codes_through_removal_rewriting_and_files(bool hashed)
    {
        const int bits = 40;
        HammingIndex index = hashed ? new MultiHashIndex(bits) : new HammingFlatIndex(bits);
        var keyOf = new Dictionary<long, string?>();
        var random = new Random(3);
        for (int step = 0; step < 12; step++)
        {
            BinaryCodes codes = TestCodes.Random(bits, random.Next(1, 900), step);
            string[] keys = [.. Enumerable.Range(0, codes.Count).Select(i => $"ordner/Größe {step}/{i}.jpg")];
            bool withKeys = step % 4 != 3;
            long first = withKeys ? index.Add(codes, keys) : index.Add(codes);
            for (int i = 0; i < codes.Count; i++)
                keyOf.Add(first + i, withKeys ? keys[i] : null);
            long[] gone = [.. keyOf.Keys.Where(_ => random.Next(step % 3 == 0 ? 2 : 30) == 0)];
            Assert.Equal(gone.Length, index.Remove(gone));
            foreach (long id in gone)
            {
                if (keyOf[id] is { } key)
                    Assert.False(index.TryGetId(key, out _));
                keyOf.Remove(id);
                Assert.Null(index.KeyOf(id));
            }
            string path = Path.Combine(_folder.FullName, "index");
            index.Save(path);
            if (step % 2 == 1)
                index = HammingIndex.Load(path, step % 4 == 1 ? ReadingLimits.Trusted : ReadingLimits.Mapped);
            foreach ((long id, string? key) in keyOf)
            {
                Assert.Equal(key, index.KeyOf(id));
                if (key is not null)
                    Assert.Equal((true, id), (index.TryGetId(key, out long found), found));
            }
        }
    }

    [Fact]
    public void A_removed_key_can_be_given_again_and_stands_for_the_new_code()
    {
        var index = new HammingFlatIndex(16);
        index.Add(TestCodes.Random(16, 2, 1), ["a", "b"]);
        Assert.True(index.TryGetId("a", out long old));
        index.Remove(old);
        Assert.Equal(2, index.Add(TestCodes.Random(16, 1, 2), ["a"]));
        Assert.Equal((true, 2L), (index.TryGetId("a", out long id), id));
        Assert.Equal((false, -1L), (index.TryGetId("A", out long none), none));
    }

    [Fact]
    public void Unfit_keys_are_errors_and_change_nothing()
    {
        var index = new HammingFlatIndex(16);
        index.Add(TestCodes.Random(16, 1, 1), ["a"]);
        BinaryCodes two = TestCodes.Random(16, 2, 2);
        foreach (string?[] keys in (string?[][])[["b"], ["b", "a"], ["b", "b"], ["b", ""], ["b", null], ["b", "\ud800"], ["b", new string('x', 32 * 1024 + 1)]])
        {
            Assert.Throws<ArgumentException>(() => index.Add(two, keys!));
            Assert.Equal((1, 1L, false), (index.Count, index.NextId, index.TryGetId("b", out _)));
        }
        index.Add(two, ["b", new string('x', 32 * 1024)]);
        Assert.Equal("b", index.KeyOf(1));
    }
}
