using System.IO.Compression;
using SSAH.MLNet.Cli.CommandLine;

namespace SSAH.MLNet.Cli.Tests.Commands;

/// <summary><c>ssah inspect</c> says what there is and writes nothing.</summary>
public sealed class InspectTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_collection_of_an_old_version_stays_one_to_the_byte()
    {
        byte[] before = Fixture("collection-1.db.gz");
        string path = _folder.Write("old.db", before);
        Run run = Run.Done("inspect", path, "--json");
        Assert.True(run.Json.GetProperty("isWhole").GetBoolean(), run.Out);
        Assert.True(run.Json.GetProperty("properties").GetProperty("images").GetInt32() > 0, run.Out);
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void A_damaged_collection_is_said_and_left_as_it_is()
    {
        byte[] damaged = Fixture("collection-3.db.gz");
        // The rows of images, at the end of their page.
        damaged.AsSpan(9 * 4096 - 200, 100).Fill(0x5a);
        string path = _folder.Write("damaged.db", damaged);
        Run run = Run.Of("inspect", path);
        Assert.Equal(ExitCode.No, run.Code);
        Assert.Contains("DAMAGED", run.Out, StringComparison.Ordinal);
        Assert.Contains(path, run.Out, StringComparison.Ordinal);
        Assert.Equal(damaged, File.ReadAllBytes(path));
    }

    private static byte[] Fixture(string name)
    {
        using var packed = new GZipStream(File.OpenRead(Path.Combine(AppContext.BaseDirectory, name)), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        packed.CopyTo(bytes);
        return bytes.ToArray();
    }
}
