using SSAH.MLNet.Hashing.Tests.Codes;

namespace SSAH.MLNet.Hashing.Tests.Storage;

public sealed class MappedFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mapped");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(20)]
    [InlineData(64)]
    [InlineData(300)]
    public void A_mapped_index_finds_what_the_one_in_memory_finds(int bits)
    {
        BinaryCodes codes = TestCodes.Clustered(bits, 5000, bits, centers: 50), queries = TestCodes.Clustered(bits, 70, bits, centers: 50);
        var index = new HammingFlatIndex(codes);
        index.Remove(7, 2000, 4999);
        index.Save(PathOf("index"));
        HammingIndex mapped = HammingIndex.Load(PathOf("index"), ReadingLimits.Mapped);
        IdFilter[] filters = [IdFilter.Except([1, 2, 3]), IdFilter.Only([.. Enumerable.Range(0, 2000).Select(i => (long)i)]), IdFilter.Only([5, 6])];
        foreach (HammingSearchOptions options in (HammingSearchOptions[])[new(), new() { Threads = 3 },
            .. filters.Select(filter => new HammingSearchOptions { Filter = filter })])
        {
            foreach (BinaryCodes part in (BinaryCodes[])[queries, queries.Slice(3, 1)])
            {
                HammingMatches nearest = index.Search(part, 9, options), found = mapped.Search(part, 9, options);
                HammingMatches within = index.SearchRadius(part, bits / 6, options), foundWithin = mapped.SearchRadius(part, bits / 6, options);
                for (int query = 0; query < part.Count; query++)
                {
                    Assert.Equal(nearest[query].ToArray(), found[query].ToArray());
                    Assert.Equal(within[query].ToArray(), foundWithin[query].ToArray());
                }
            }
        }
    }

    [Fact]
    public void Mapping_makes_no_second_copy_of_the_codes()
    {
        new HammingFlatIndex(TestCodes.Random(64, 400_000, 1)).Save(PathOf("index"));
        HammingIndex.Load(PathOf("index"), ReadingLimits.Mapped); // what the first call compiles and loads is not counted
        long before = GC.GetAllocatedBytesForCurrentThread();
        HammingIndex index = HammingIndex.Load(PathOf("index"), ReadingLimits.Mapped);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000); // the codes have 3.2 million bytes
        Assert.Equal(400_000, index.Count);
    }

    [Fact]
    public void Files_are_mapped_above_the_limit_only()
    {
        new HammingFlatIndex(TestCodes.Random(64, 5000, 1)).Save(PathOf("index"));
        long length = new FileInfo(PathOf("index")).Length;
        Assert.True(IsMapped(new() { MapAboveBytes = length - 1 }));
        Assert.False(IsMapped(new() { MapAboveBytes = length }));
        Assert.False(IsMapped(ReadingLimits.Trusted));
        Assert.False(IsMapped(ReadingLimits.Untrusted));

        unsafe bool IsMapped(ReadingLimits limits) => HammingIndex.Load(PathOf("index"), limits).Store.Snapshot.Segments[0].Planes is null;
    }

    [Theory]
    [InlineData(10)]
    [InlineData(20_000)]
    public void An_index_in_memory_goes_on_when_its_file_is_overwritten_in_place(int newCount)
    {
        BinaryCodes codes = TestCodes.Random(64, 20_000, 1), query = codes.Slice(19_000, 1);
        new HammingFlatIndex(codes).Save(PathOf("index"));
        HammingIndex index = HammingIndex.Load(PathOf("index"));
        OverwriteInPlace(newCount);
        Assert.Equal(new HammingMatch(19_000, 0), index.Search(query, 1)[0][0]);
        Assert.Equal(newCount, HammingIndex.Load(PathOf("index")).Count);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(20_000)]
    public void A_mapped_index_says_that_its_file_was_overwritten_in_place(int newCount)
    {
        BinaryCodes codes = TestCodes.Random(64, 20_000, 1), query = codes.Slice(19_000, 1);
        new HammingFlatIndex(codes).Save(PathOf("index"));
        File.SetLastWriteTimeUtc(PathOf("index"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        HammingIndex index = HammingIndex.Load(PathOf("index"), ReadingLimits.Mapped);
        Assert.Equal(new HammingMatch(19_000, 0), index.Search(query, 1)[0][0]);
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not let anybody write into a mapped file.");
        OverwriteInPlace(newCount);
        Action[] uses =
        [
            () => index.Search(query, 1), () => index.SearchRadius(query, 3), () => index.Save(PathOf("copy")),
            () => index.TryReconstruct(3, new byte[8]), () => index.Remove([.. Enumerable.Range(0, 9000).Select(i => (long)i)]),
            () => index.Search(query, 1, new() { Filter = IdFilter.Only([3]) }),
        ];
        foreach (Action use in uses)
            Assert.Contains(PathOf("index"), Assert.Throws<DamagedFileException>(use).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mapped_index_outlives_the_replacement_of_its_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not let anybody replace a mapped file.");
        BinaryCodes codes = TestCodes.Random(64, 5000, 1), query = codes.Slice(4000, 1);
        new HammingFlatIndex(codes).Save(PathOf("index"));
        HammingIndex index = HammingIndex.Load(PathOf("index"), ReadingLimits.Mapped);
        new HammingFlatIndex(TestCodes.Random(64, 3, 2)).Save(PathOf("index"));
        Assert.Equal(new HammingMatch(4000, 0), index.Search(query, 1)[0][0]);
        // What case 12 does: .NET's copy fails, because the file is open here.
        new HammingFlatIndex(codes).Save(PathOf("index"));
        HammingIndex again = HammingIndex.Load(PathOf("index"), ReadingLimits.Mapped);
        File.WriteAllText(PathOf("next"), "short");
        Assert.Throws<IOException>(() => File.Copy(PathOf("next"), PathOf("index"), overwrite: true));
        Assert.Equal(new HammingMatch(4000, 0), again.Search(query, 1)[0][0]);
    }

    /// <summary>Writes another index over the file as cp or rsync --inplace do: the file stays the same one.</summary>
    private void OverwriteInPlace(int count)
    {
        new HammingFlatIndex(TestCodes.Random(64, count, 2)).Save(PathOf("next"));
        using var file = new FileStream(PathOf("index"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.SetLength(0);
        file.Write(File.ReadAllBytes(PathOf("next")));
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
