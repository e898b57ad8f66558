using System.IO.Compression;

namespace SSAH.MLNet.Files.Tests;

/// <summary>
/// A file of every version of every format, as the library wrote it then: READER-VERSION in the folder Fixtures, and in expected.txt what is in it. Files
/// are added when a format changes, and never changed.
/// </summary>
public sealed class FixtureTests
{
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "Fixtures");

    private static readonly Dictionary<string, string> s_expected = File.ReadLines(Path.Combine(s_folder, "expected.txt"))
        .Select(line => line.Split('\t')).ToDictionary(cells => cells[0], cells => cells[1], StringComparer.Ordinal);

    public static TheoryData<string> Names => [.. Directory.GetFiles(s_folder).Select(path => Path.GetFileName(path)).Where(name => name != "expected.txt")
        .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_loads_and_has_what_was_written(string name)
    {
        using FileTarget target = AllTargets.Named(ReaderOf(name));
        // Activations may differ in the last place from one processor to the next.
        Assert.Equal(s_expected[name], target.Read(BytesOf(name)).Split(Child.Slight)[0]);
    }

    [Fact]
    public void Each_own_format_has_its_files()
    {
        string[] own = [.. AllTargets.Names.Except(["archive-tar", "archive-tgz", "archive-zip", "backbone", "image", "table", "safetensors",
            "checkpoint-tensors", "model-zip-mlnet", "search-zip-mlnet"])];
        Assert.Equal(own, Names.Select(row => ReaderOf(row.Data)).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(s_expected.Keys.Order(StringComparer.Ordinal), Names.Select(row => row.Data));
    }

    // ML.NET's own loader reads the same models.
    [Theory]
    [InlineData("model-zip-1-contract-1.zip")]
    [InlineData("model-zip-1-contract-2.zip")]
    [InlineData("model-zip-2-contract-2.zip")]
    public void Saved_models_load_by_MLNet_too(string name)
    {
        using FileTarget target = AllTargets.Named("model-zip-mlnet");
        Assert.Equal(s_expected[name], target.Read(BytesOf(name)).Split(Child.Slight)[0]);
    }

    private static string ReaderOf(string name) => string.Join('-', name.Split('-').TakeWhile(part => !char.IsAsciiDigit(part[0])));

    private static byte[] BytesOf(string name)
    {
        byte[] bytes = File.ReadAllBytes(Path.Combine(s_folder, name));
        if (!name.EndsWith(".gz", StringComparison.Ordinal))
            return bytes;
        using var unpacked = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress))
            gzip.CopyTo(unpacked);
        return unpacked.ToArray();
    }
}
