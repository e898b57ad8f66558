using System.Text.Json;
using SSAH.MLNet.Cli.CommandLine;

namespace SSAH.MLNet.Cli.Tests.Commands;

/// <summary>What all commands have in common, one command after the other.</summary>
public sealed class EveryCommandTests : IClassFixture<Album>
{
    // They need another program, or go on until somebody stops them; processes of their own are tested.
    private static readonly string[] s_elsewhere = ["train", "serve", "jobs", "encode", "completion"];

    private readonly Album _album;

    public EveryCommandTests(Album album)
    {
        _album = album;
        Run.Done("label", album.Photos, "--by-folder");
    }

    /// <summary>A command line for each; PHOTOS is the album, and files are written into its folder.</summary>
    public static TheoryData<string> Lines =>
    [
        "index PHOTOS", "search PHOTOS/red/0.jpg", "search PHOTOS/red", "duplicates PHOTOS --html FILE.html", "compare PHOTOS/red/0.jpg PHOTOS/blue/turned.jpg",
        "label PHOTOS", "evaluate PHOTOS", "inspect PHOTOS/.ssah/collection.db", "report PHOTOS --out FILE.html", "export PHOTOS --format npy --out FILE.npy",
    ];

    [Fact]
    public void No_command_is_forgotten() => Assert.Equal(SsahTool.Create().Subcommands.Select(command => command.Name).Order(StringComparer.Ordinal),
        Lines.Select(line => line.Data.Split(' ')[0]).Concat(s_elsewhere).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Lines))]
    public void With_json_standard_output_is_one_document_and_the_same_with_quiet(string line)
    {
        string[] arguments = Arguments(line);
        Run plain = Run.Done(arguments), json = Run.Done([.. arguments, "--json"]), quiet = Run.Done([.. arguments, "--json", "--quiet"]);
        Assert.NotEqual(JsonValueKind.Undefined, json.Json.ValueKind);
        Assert.Equal(json.Json.EnumerateObject().Select(property => property.Name), quiet.Json.EnumerateObject().Select(property => property.Name));
        Assert.NotEqual("", plain.Out.Trim());
        Assert.All(quiet.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), text => Assert.StartsWith("warning: ", text, StringComparison.Ordinal));
        // Nobody looks at a terminal here.
        Assert.All(new[] { plain, json, quiet }, run => Assert.DoesNotContain('\u001b', run.Out + run.Error));
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void Stopped_before_it_began_it_ends_with_130_and_no_result_or_was_done_in_a_moment(string line)
    {
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        Run run = Run.Of(stopped.Token, Arguments(line));
        if (run.Code == ExitCode.Done)
            return;
        Assert.Equal((ExitCode.Interrupted, ""), (run.Code, run.Out));
        Assert.Contains("kept", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_wrong_option_is_an_error_that_points_to_the_help_of_the_command(string line)
    {
        Run run = Run.Of([.. Arguments(line), "--no-such-option"]);
        Assert.Equal((ExitCode.Error, ""), (run.Code, run.Out));
        Assert.Contains($"{line.Split(' ')[0]} --help'", run.Error, StringComparison.Ordinal);
    }

    private string[] Arguments(string line) => [.. line.Split(' ').Select(word => word.StartsWith("PHOTOS", StringComparison.Ordinal)
        ? Path.GetFullPath(_album.Photos + word["PHOTOS".Length..]) : word.StartsWith("FILE", StringComparison.Ordinal) ? _album.At(word) : word)];
}
