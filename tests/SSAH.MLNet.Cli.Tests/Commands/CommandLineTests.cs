using System.CommandLine;
using SSAH.MLNet.Cli.CommandLine;

namespace SSAH.MLNet.Cli.Tests.Commands;

public sealed class CommandLineTests
{
    public static TheoryData<string> Names => [.. SsahTool.Create().Subcommands.Select(command => command.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Help_describes_the_command_and_shows_two_examples_that_parse(string name)
    {
        var command = (ToolCommand)SsahTool.Create().Subcommands.Single(each => each.Name == name);
        Run help = Run.Of(name, "--help");
        Assert.Equal((ExitCode.Done, ""), (help.Code, help.Error));
        Assert.Equal(2, command.Examples.Count);
        foreach ((string line, string effect) in command.Examples)
        {
            Assert.Contains($"  {line}{Environment.NewLine}", help.Out, StringComparison.Ordinal);
            Assert.NotEqual("", effect);
            string arguments = line.Split(['>', '|'])[0];
            Assert.StartsWith("ssah ", arguments, StringComparison.Ordinal);
            Assert.Empty(SsahTool.Create().Parse(arguments["ssah ".Length..].Trim().Split(' ')).Errors);
        }
        Assert.All(command.Options, option => Assert.False(string.IsNullOrEmpty(option.Description), option.Name));
        Assert.All(command.Arguments, argument => Assert.False(string.IsNullOrEmpty(argument.Description), argument.Name));
    }

    [Theory]
    [InlineData("index")]
    [InlineData("nonsense")]
    [InlineData("label --table x.csv --separator ab")]
    [InlineData("search x.jpg -k many")]
    [InlineData("export --format pdf")]
    [InlineData("completion tcsh")]
    public void What_cannot_be_parsed_is_an_error_on_standard_error_that_points_to_the_help(string line)
    {
        Run run = Run.Of(line.Split(' '));
        Assert.Equal((ExitCode.Error, ""), (run.Code, run.Out));
        Assert.StartsWith("error: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("--help", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_arguments_it_says_what_it_can_do()
    {
        Run run = Run.Done();
        Assert.All(SsahTool.Create().Subcommands, command => Assert.Contains(command.Name, run.Out, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("index missing", "missing")]
    [InlineData("index file.txt", "file.txt")]
    [InlineData("search missing.jpg", "missing.jpg")]
    [InlineData("search photo.jpg -k 0", "--count")]
    [InlineData("search photo.jpg", "ssah index")]
    [InlineData("search photo.jpg --collection damaged.db", "damaged.db")]
    [InlineData("evaluate --collection damaged.db", "damaged.db")]
    [InlineData("inspect file.txt", "file.txt")]
    [InlineData("inspect missing.zip", "missing.zip")]
    [InlineData("index photos --model missing.zip", "missing.zip")]
    [InlineData("index photos --model fake.zip", "fake.zip")]
    [InlineData("index photos --model phash --bits 65", "64")]
    [InlineData("index photos --model phash --collection file.txt/below.db", "--collection")]
    [InlineData("label missing", "missing")]
    public void Errors_are_a_line_or_two_that_name_the_file_or_the_remedy(string line, string named)
    {
        using var folder = new TempFolder();
        folder.Write("file.txt", "text"u8.ToArray());
        folder.Write("damaged.db", "SQLite format 3\0, or so it says"u8.ToArray());
        folder.Write("fake.zip", "PK, or so it says"u8.ToArray());
        folder.Write("photo.jpg", DrawnPhotos.Scene(1));
        folder.Write("photos/1.jpg", DrawnPhotos.Scene(1));
        string[] arguments = [.. line.Split(' ').Select((word, i) =>
            i > 0 && !word.StartsWith('-') && word is not ("phash" or "65" or "0") ? folder.At(word) : word)];
        Run run = Run.Of(arguments);
        Assert.Equal((ExitCode.Error, ""), (run.Code, run.Out));
        Assert.StartsWith("error: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
        Assert.InRange(run.Error.TrimEnd().Split('\n').Length, 1, 2);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("(Parameter", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("should not happen", run.Error, StringComparison.Ordinal);
    }
}
