using System.Text.Json;
using SSAH.MLNet.Cli.CommandLine;

namespace SSAH.MLNet.Cli.Tests.Commands;

public sealed class DuplicatesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public DuplicatesTests()
    {
        DrawnPhotos.Write(Photos, 6);
        _folder.Write("photos/copies/same.jpg", DrawnPhotos.Scene(1));
        _folder.Write("photos/copies/small.jpg", DrawnPhotos.Small(2));
        _folder.Write("photos/copies/turned.jpg", DrawnPhotos.OnItsSide(1));
        _folder.Write("photos/broken.jpg", DrawnPhotos.Scene(9)[..300]);
    }

    private string Photos => _folder.At("photos");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Groups_are_listed_with_the_image_to_keep_first_and_nothing_is_moved()
    {
        Dictionary<string, string> before = Files();
        Run run = Run.Done("duplicates", Photos, "--keep", "FirstPath", "--json");
        JsonElement[] groups = [.. run.Json.GetProperty("groups").EnumerateArray()];
        Assert.Equal(["1.jpg: same.jpg turned.jpg", "2.jpg: small.jpg"], groups.Select(Names));
        Assert.Equal((10, 3), (run.Json.GetProperty("files").GetInt32(), run.Json.GetProperty("copies").GetInt32()));
        Assert.Contains("broken.jpg", run.Error, StringComparison.Ordinal);
        Assert.Equal(before, Files());
        string text = Run.Done("duplicates", Photos, "--keep", "FirstPath").Out;
        Assert.Contains("same file", text, StringComparison.Ordinal);
        Assert.Contains("2 groups with 3 copies", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Copies_go_to_the_trash_and_undo_brings_every_byte_back()
    {
        Dictionary<string, string> before = Files();
        Run run = Run.Done("duplicates", Photos, "--keep", "FirstPath", "--apply", "--json");
        Assert.Equal(3, run.Json.GetProperty("moved").GetArrayLength());
        Assert.Equal(before.Keys.Where(name => !name.Contains("copies", StringComparison.Ordinal)).Order(), Files().Keys.Order());
        // What lies in the trash is no image of the folder.
        Assert.Equal(0, Run.Done("duplicates", Photos, "--json").Json.GetProperty("copies").GetInt32());
        Assert.Contains("3 files brought back", Run.Done("duplicates", Photos, "--undo").Out, StringComparison.Ordinal);
        Assert.Equal(before, Files());
        Assert.Equal(ExitCode.Error, Run.Of("duplicates", Photos, "--undo").Code);
    }

    [Fact]
    public void Undo_overwrites_nothing()
    {
        Run.Done("duplicates", Photos, "--keep", "FirstPath", "--apply");
        string taken = _folder.Write("photos/copies/small.jpg", "mine"u8.ToArray());
        Run run = Run.Of("duplicates", Photos, "--undo");
        Assert.Equal(ExitCode.Error, run.Code);
        Assert.Contains("small.jpg", run.Error, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(taken));
        File.Delete(taken);
        Run.Done("duplicates", Photos, "--undo");
        Assert.Equal(DrawnPhotos.Small(2), File.ReadAllBytes(taken));
    }

    [Fact]
    public void Groups_that_are_skipped_stay()
    {
        Run.Done("duplicates", Photos, "--keep", "FirstPath", "--apply", "--skip", "1", "--trash", _folder.At("trash"));
        Assert.True(File.Exists(Path.Combine(Photos, "copies", "same.jpg")));
        Assert.False(File.Exists(Path.Combine(Photos, "copies", "small.jpg")));
        Run wrong = Run.Of("duplicates", Photos, "--apply", "--skip", "7");
        Assert.Equal(ExitCode.Error, wrong.Code);
        Assert.Contains("no group 7", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_shows_every_group_and_asks_for_nothing_outside_it()
    {
        _folder.Write("photos/copies/a<b>&\".jpg", DrawnPhotos.Scene(3));
        string page = _folder.At("page.html");
        Run.Done("duplicates", Photos, "--html", page);
        string html = File.ReadAllText(page);
        Assert.Equal(3, html.Split("<article").Length - 1);
        Assert.Equal(7, html.Split("<img").Length - 1);
        Assert.Contains("a&lt;b&gt;&amp;", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>&\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"http", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.jpg", "copies/same.jpg", ExitCode.Done)]
    [InlineData("1.jpg", "copies/turned.jpg", ExitCode.Done)]
    [InlineData("copies/small.jpg", "2.jpg", ExitCode.Done)]
    [InlineData("1.jpg", "2.jpg", ExitCode.No)]
    [InlineData("1.jpg", "broken.jpg", ExitCode.Error)]
    [InlineData("1.jpg", "none.jpg", ExitCode.Error)]
    [InlineData("1.jpg", "1.jpg", ExitCode.Error)]
    public void Two_files_are_compared_with_an_exit_code(string first, string second, int expected)
    {
        Run run = Run.Of("compare", Path.Combine(Photos, first), Path.Combine(Photos, second), "--json");
        Assert.Equal(expected, run.Code);
        if (expected == ExitCode.Error)
            Assert.Contains(Path.GetFileName(second) == first ? "same file" : Path.GetFileName(second), run.Error, StringComparison.Ordinal);
        else
            Assert.Equal(expected == ExitCode.Done, run.Json.GetProperty("isSame").GetBoolean());
    }

    private static string Names(JsonElement group)
    {
        string[] names = [.. group.GetProperty("images").EnumerateArray().Select(image => Path.GetFileName(image.GetProperty("path").GetString()!))];
        return $"{names[0]}: {string.Join(' ', names[1..].Order(StringComparer.Ordinal))}";
    }

    private Dictionary<string, string> Files() => Directory.GetFiles(Photos, "*.jpg", SearchOption.AllDirectories)
        .Where(file => !file.Contains(".ssah", StringComparison.Ordinal))
        .ToDictionary(file => file, file => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file))));
}
