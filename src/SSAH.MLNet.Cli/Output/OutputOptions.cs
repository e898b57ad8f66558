using System.CommandLine;

namespace SSAH.MLNet.Cli.Output;

/// <summary>The options that every command has.</summary>
internal static class OutputOptions
{
    public static Option<bool> Json { get; } = new("--json") { Description = "Write the result as JSON.", Recursive = true };

    public static Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "No progress and no remarks; errors and results only.", Recursive = true };

    /// <summary>The console of one run of a command.</summary>
    public static CommandOutput OpenOutput(ParseResult result) => new(result.InvocationConfiguration.Output, result.InvocationConfiguration.Error)
    {
        IsJson = result.GetValue(Json),
        IsQuiet = result.GetValue(Quiet),
        IsTerminal = Terminal.IsOut(result.InvocationConfiguration.Output),
        IsErrorTerminal = Terminal.IsError(result.InvocationConfiguration.Error),
    };
}
