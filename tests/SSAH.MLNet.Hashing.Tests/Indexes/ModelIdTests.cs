using SSAH.MLNet.Hashing.Tests.Codes;

namespace SSAH.MLNet.Hashing.Tests.Indexes;

public sealed class ModelIdTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("model");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void An_index_refuses_codes_of_another_model_where_both_are_known()
    {
        BinaryCodes mine = Of("mine"), other = Of("other"), unknown = Of(null);
        HammingIndex index = new MultiHashIndex(mine);
        Assert.Equal("mine", index.ModelId);
        string path = Path.Combine(_folder.FullName, "index");
        index.Save(path);
        foreach (HammingIndex each in (HammingIndex[])[index, HammingIndex.Load(path), HammingIndex.Load(path, ReadingLimits.Mapped)])
        {
            Assert.Equal("mine", each.ModelId);
            ArgumentException error = Assert.Throws<ArgumentException>(() => each.Search(other, 1));
            Assert.Contains("'mine'", error.Message, StringComparison.Ordinal);
            Assert.Contains("'other'", error.Message, StringComparison.Ordinal);
            Assert.Throws<ArgumentException>(() => each.SearchRadius(other, 1));
            Assert.Throws<ArgumentException>(() => each.Add(other));
            Assert.Throws<ArgumentException>(() => each.Add(other, [100, 101]));
            Assert.Throws<ArgumentException>(() => each.Add(other, ["a", "b"]));
            Assert.Equal((2, false), (each.Count, each.TryGetId("a", out _)));
            each.Add(unknown);
            each.Add(mine);
            Assert.Equal(2, each.Search(unknown, 1).QueryCount);
            Assert.Equal("mine", each.ModelId);
        }
    }

    [Fact]
    public void An_index_whose_model_is_not_known_takes_all_codes_and_stays_so()
    {
        var index = new HammingFlatIndex(Of(null));
        index.Add(Of("one"));
        index.Add(Of("two"));
        Assert.Null(index.ModelId);
        Assert.Equal(2, index.Search(Of("three"), 1).QueryCount);
    }

    [Fact]
    public void Codes_keep_their_model_in_a_file()
    {
        string path = Path.Combine(_folder.FullName, "codes");
        Of("Größe 5").Save(path);
        Assert.Equal("Größe 5", BinaryCodes.Load(path).ModelId);
        Assert.Equal("Größe 5", HammingIndex.Load(path).ModelId);
        Of(null).Save(path);
        Assert.Null(BinaryCodes.Load(path).ModelId);
    }

    private static BinaryCodes Of(string? model)
    {
        BinaryCodes codes = TestCodes.Random(24, 2, 1);
        codes.ModelId = model;
        return codes;
    }
}
