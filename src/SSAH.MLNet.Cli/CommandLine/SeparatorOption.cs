using System.CommandLine;

namespace SSAH.MLNet.Cli.CommandLine;

/// <summary>The option <c>--separator</c> of commands that read tables.</summary>
internal static class SeparatorOption
{
    public static Option<char?> New() => new("--separator")
    {
        Description = "What stands between several labels in a cell of the table.",
        HelpName = "CHAR",
        CustomParser = result =>
        {
            if (result.Tokens is [{ Value: [var character] }])
                return character;
            result.AddError("--separator takes one character.");
            return null;
        },
    };
}
